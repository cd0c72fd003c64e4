#!/usr/bin/env node
import { createRequire } from 'node:module'
import { formatFaults } from '../imgcast/options.ts'
import { USAGE_ERROR } from './command.ts'
import { readCommandLine } from './read-command-line.ts'

const line = await readCommandLine(process.argv.slice(2), process.env)
switch (line.kind) {
  case 'help':
    process.stdout.write(line.text)
    break
  case 'version': {
    const { version } = createRequire(import.meta.url)('imgcast/package.json') as { version: string }
    process.stdout.write(`${version}\n`)
    break
  }
  case 'wrong':
    process.stderr.write(`${formatFaults(line.faults)}\n`)
    process.exitCode = USAGE_ERROR
    break
  case 'run': {
    const code = await line.run()
    if (code !== undefined) process.exitCode = code
  }
}
