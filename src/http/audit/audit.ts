import type { CountedSocket, SocketRow } from '../../system/socket-table.ts'

/** How a counted stream and a socket of the kernel can differ. */
export const DIFFERENCE_KINDS = ['no-socket', 'closing', 'unanswered', 'not-a-stream'] as const

/** One difference between the counts and the kernel, and its meaning in words. */
export interface Difference {
  kind: (typeof DIFFERENCE_KINDS)[number]
  remote: string
  streams: number
  meaning: string
}

/** The server's counts compared with the kernel's table. */
export interface AuditReport {
  /** Whether every counted stream has an established socket. */
  agrees: boolean
  counted: { streams: number; sockets: number }
  kernel: { established: number }
  differences: Difference[]
}

const MEANINGS: Readonly<Record<Difference['kind'], string>> = {
  'no-socket': 'counted, but the kernel has no such connection: the count is too high',
  closing: 'counted, but the connection is being closed: the count is about to drop',
  unanswered:
    'counted, but the client has not acknowledged recent data: closed within --ghost-timeout if it stays silent',
  'not-a-stream':
    'connected, but shows no picture: a page, the API, or a browser that keeps a connection open',
}

/**
 * Compares counted streams with the kernel's sockets, and names every difference.
 * @param port the port that received the request; the ports of the streams are compared too.
 */
export function audit(
  counted: readonly CountedSocket[],
  port: number,
  rows: readonly SocketRow[],
): AuditReport {
  const ports = new Set([port, ...counted.map(({ localPort }) => localPort)])
  const known = new Map(rows.map((row) => [`${row.localPort} ${row.remote}`, row]))
  const differences: Difference[] = []
  const add = (kind: Difference['kind'], remote: string, streams: number) =>
    differences.push({ kind, remote, streams, meaning: MEANINGS[kind] })
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
