import { type AuditReport, auditSchema } from '../../schema/audit-schema.ts'
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

/** Compares the counts of a running server, and of those that it shares counts with, with their kernels' sockets. The exit code is 1 if they differ, or not all servers could be compared. */
export const auditCommand: Command = {
  name: 'audit',
  about: "compare the counts of all servers with their kernels' socket tables",
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
    return report.agrees && report.missing === undefined ? 0 : DISAGREES
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return CANNOT_ASK
  }
}

function toText({ agrees, counted, kernel, differences, nodes, missing }: AuditReport): string {
  const lines = [
    `counted   ${counted.streams} streams on ${counted.sockets} connections`,
    `kernel    ${kernel.established} established connections`,
    ...(nodes ?? []).map((node) => `  ${toNode(node)}`),
    ...differences.map(
      ({ node, remote, meaning }) =>
        `  ${harmless(remote).padEnd(28)} ${node === undefined ? '' : `${harmless(node)}: `}${harmless(meaning)}`,
    ),
    agrees ? 'They agree.' : 'They do not agree.',
    ...(missing === undefined ? [] : [`Partial: not compared were ${missing.map(harmless).join(', ')}.`]),
  ]
  return `${lines.join('\n')}\n`
}

/** The comparison of one server in a line. */
function toNode({
  names,
  isEdge,
  fault,
  agrees,
  counted,
  kernel,
}: NonNullable<AuditReport['nodes']>[number]) {
  const name = `${names.map(harmless).join(', ')}${isEdge === true ? ' (edge)' : ''}`
  if (fault !== undefined) return `${name}: ${harmless(fault)}`
  const verdict = agrees ? 'agrees' : 'does not agree'
  return `${name}: ${counted.streams} streams, ${kernel.established} established, ${verdict}`
}
