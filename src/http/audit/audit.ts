import type { AuditReport, DIFFERENCE_KINDS, NodeAudit } from '../../schema/audit-schema.ts'
import type { CountedSocket, SocketRow } from '../../system/socket-table.ts'

type Kind = (typeof DIFFERENCE_KINDS)[number]

const MEANINGS: Readonly<Record<Kind, string>> = {
  'no-socket': 'counted, but the kernel has no such connection: the count is too high',
  closing: 'counted, but the connection is being closed: the count is about to drop',
  unanswered:
    'counted, but the client has not acknowledged recent data: closed within --ghost-timeout if it stays silent',
  'not-a-stream':
    'connected, but shows no picture: a page, the API, or a browser that keeps a connection open',
}

/**
 * Compares counted streams with the kernel's sockets, and names every difference.
 * @param port the port that received the request, if there was one; the ports of the streams are compared too.
 */
export function audit(
  counted: readonly CountedSocket[],
  port: number | undefined,
  rows: readonly SocketRow[],
): Omit<NodeAudit, 'names'> {
  const ports = new Set([port, ...counted.map(({ localPort }) => localPort)])
  const known = new Map(rows.map((row) => [`${row.localPort} ${row.remote}`, row]))
  const differences: NodeAudit['differences'] = []
  const add = (kind: Kind, remote: string, streams: number) => differences.push({ kind, remote, streams })
  for (const { localPort, remote, streams } of counted) {
    const row = known.get(`${localPort} ${remote}`)
    if (!row) add('no-socket', remote, streams)
    else if (row.state !== 'ESTABLISHED') add('closing', remote, streams)
    else if (row.retries > 0) add('unanswered', remote, streams)
    known.delete(`${localPort} ${remote}`)
  }
  for (const { localPort, remote, state } of known.values()) {
    if (ports.has(localPort) && state === 'ESTABLISHED') add('not-a-stream', remote, 0)
  }
  return {
    agrees: differences.every(({ kind }) => kind === 'not-a-stream' || kind === 'unanswered'),
    counted: { streams: counted.reduce((sum, { streams }) => sum + streams, 0), sockets: counted.length },
    kernel: {
      established: rows.filter((row) => ports.has(row.localPort) && row.state === 'ESTABLISHED').length,
    },
    differences,
  }
}

/**
 * Adds up the comparisons of all servers.
 * @param expected the names of all servers that are known
 */
export function sumAudits(audits: readonly NodeAudit[], expected: readonly string[]): AuditReport {
  const compared = audits.filter(({ fault }) => fault === undefined)
  const replied = new Set(compared.flatMap(({ names }) => names))
  const missing = [
    ...audits.filter(({ fault }) => fault !== undefined).flatMap(({ names }) => names),
    ...expected.filter((name) => !replied.has(name)),
  ]
  const isOne = audits.length === 1 && missing.length === 0
  const sum = (read: (each: NodeAudit) => number) => compared.reduce((all, each) => all + read(each), 0)
  return {
    agrees: compared.every(({ agrees }) => agrees),
    counted: {
      streams: sum(({ counted }) => counted.streams),
      sockets: sum(({ counted }) => counted.sockets),
    },
    kernel: { established: sum(({ kernel }) => kernel.established) },
    differences: compared.flatMap(({ names, differences }) =>
      differences.map((each) => ({
        ...each,
        meaning: MEANINGS[each.kind],
        ...(!isOne && { node: names.join(', ') }),
      })),
    ),
    ...(!isOne && { nodes: audits.map(({ differences, ...each }) => each) }),
    ...(missing.length > 0 && { missing: [...new Set(missing)].sort() }),
  }
}
