import type * as z from 'zod'
import { auditSchema } from '../../http/api/schemas.ts'
import { callApi } from '../call-api.ts'
import type { Command } from '../command.ts'
import { harmless } from '../printable.ts'
import { readServer, SERVER_OPTIONS } from '../server-option.ts'

interface AuditSettings {
  url: string
  token: string | undefined
  json: boolean
}

const REPORT = { name: 'audit', schema: auditSchema }
const DISAGREES = 1
const CANNOT_ASK = 1

/** Compares a running server's counts with its kernel's sockets. The exit code is 1 if they differ. */
export const auditCommand: Command = {
  name: 'audit',
  about: "compare a server's counts with its kernel's socket table",
  operand: '[url]',
  options: SERVER_OPTIONS,
  flags: [{ flag: '--json', help: 'print the report as JSON' }],
  read(words, faults) {
    const url = readServer(words, faults)
    return () => audit({ url, token: words.options.token, json: words.flags.json === true })
  },
}

async function audit({ url, token, json }: AuditSettings): Promise<number> {
  try {
    const report = await callApi({ url, token, method: 'GET', path: '/audit', expected: REPORT })
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : toText(report))
    return report.agrees ? 0 : DISAGREES
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return CANNOT_ASK
  }
}

function toText({ agrees, counted, kernel, differences }: z.infer<typeof auditSchema>): string {
  const lines = [
    `counted   ${counted.streams} streams on ${counted.sockets} connections`,
    `kernel    ${kernel.established} established connections`,
    ...differences.map(({ remote, meaning }) => `  ${harmless(remote).padEnd(28)} ${harmless(meaning)}`),
    agrees ? 'They agree.' : 'They do not agree.',
  ]
  return `${lines.join('\n')}\n`
}
