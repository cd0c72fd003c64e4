#!/usr/bin/env node
import { createRequire } from 'node:module'
import { StoreError } from '../cluster/store-error.ts'
import { sayFaults } from '../options.ts'
import { audit } from './audit.ts'
import { readCommandLine } from './read-command-line.ts'
import { serve } from './serve.ts'

/** The exit code for a command line that cannot be understood, or cannot be done. */
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
  case 'serve':
    await serve(line.options).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error
      process.stderr.write(`${sayFaults([{ name: '--store', detail: error.detail }])}\n`)
      process.exitCode = USAGE_ERROR
    })
}
