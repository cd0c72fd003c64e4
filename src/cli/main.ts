#!/usr/bin/env node
import { createRequire } from 'node:module'
import { sayFaults } from '../options.ts'
import { audit } from './audit.ts'
import { doctor } from './doctor/doctor.ts'
import { readCommandLine } from './read-command-line.ts'
import { serve } from './serve.ts'

/** The exit code for a command line that cannot be understood. */
const USAGE_ERROR = 2

const line = readCommandLine(process.argv.slice(2), process.env)
switch (line.command) {
  case 'help':
    process.stdout.write(line.text)
    break
  case 'version': {
    const { version } = createRequire(import.meta.url)('imgcast/package.json') as { version: string }
    process.stdout.write(`${version}\n`)
    break
  }
  case 'wrong':
    process.stderr.write(`${sayFaults(line.faults)}\n`)
    process.exitCode = USAGE_ERROR
    break
  case 'audit':
    process.exitCode = await audit(line)
    break
  case 'doctor':
    process.exitCode = await doctor(line)
    break
  case 'serve':
    await serve(line.options)
}
