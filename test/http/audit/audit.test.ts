import { describe, expect, test } from 'vitest'
import { audit, sumAudits } from '../../../src/http/audit/audit.ts'
import { parseSocketTable, toEndpoint } from '../../../src/system/socket-table.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, remote: string, state: string, unacknowledged = 0, retries = 0) =>
  `   1: ${local} ${remote} ${state} ${unacknowledged.toString(16).padStart(8, '0')}:00000000 00:00000000 ${retries
    .toString(16)
    .padStart(8, '0')}     0        0 4711 1 0000 20 4 30 10 -1`

describe('the socket table', () => {
  test('reads IPv4, IPv6 and mapped addresses, states, queues and retransmissions', () => {
    const text = [
      HEAD,
      row('0100007F:23E8', '0200007F:1388', '01', 4096, 3),
      row('0000000000000000FFFF00000100007F:23E8', '0000000000000000FFFF00000200007F:1389', '08'),
      row('B80D0120000000000000000001000000:23E8', 'B80D0120000000000000000002000000:138A', '01'),
      row('00000000:23E8', '00000000:0000', '0A'),
      '',
    ].join('\n')
    expect(parseSocketTable(text)).toEqual([
      {
        localPort: 9192,
        remote: '127.0.0.2:5000',
        state: 'ESTABLISHED',
        retries: 3,
      },
      { localPort: 9192, remote: '127.0.0.2:5001', state: 'CLOSE_WAIT', retries: 0 },
      {
        localPort: 9192,
        remote: '[2001:db8::2]:5002',
        state: 'ESTABLISHED',
        retries: 0,
      },
      { localPort: 9192, remote: '0.0.0.0:0', state: 'LISTEN', retries: 0 },
    ])
  })

  test.each([
    ['127.0.0.1', '127.0.0.1:80'],
    ['::ffff:127.0.0.1', '127.0.0.1:80'],
    ['::1', '[::1]:80'],
    ['fe80::1%eth0', '[fe80::1]:80'],
  ])('writes %s as %s', (address, endpoint) => {
    expect(toEndpoint(address, 80)).toBe(endpoint)
  })
})

describe('an audit', () => {
  const established = { localPort: 9192, state: 'ESTABLISHED', retries: 0 }

  test('agrees if every counted stream has its socket; names other connections', () => {
    const rows = ['192.0.2.1:1', '192.0.2.2:2'].map((remote) => ({ ...established, remote }))
    const other = { ...established, localPort: 22, remote: '192.0.2.9:9' }
    const report = audit([{ localPort: 9192, remote: '192.0.2.1:1', streams: 3 }], 9192, [...rows, other])
    expect(report).toMatchObject({
      agrees: true,
      counted: { streams: 3, sockets: 1 },
      kernel: { established: 2 },
    })
    expect(report.differences).toMatchObject([{ kind: 'not-a-stream', remote: '192.0.2.2:2', streams: 0 }])
  })

  test.each([
    ['no-socket', [], false],
    ['closing', [{ ...established, remote: '192.0.2.1:1', state: 'CLOSE_WAIT' }], false],
    ['unanswered', [{ ...established, remote: '192.0.2.1:1', retries: 2 }], true],
  ] as const)('names a stream that is %s', (kind, rows, agrees) => {
    const report = audit([{ localPort: 9192, remote: '192.0.2.1:1', streams: 1 }], 9192, rows)
    expect(report.agrees).toBe(agrees)
    expect(report.differences).toMatchObject([{ kind, remote: '192.0.2.1:1', streams: 1 }])
  })
})

describe('the audit of several servers', () => {
  const one = audit([{ localPort: 1, remote: '192.0.2.1:1', streams: 2 }], 1, [
    { localPort: 1, state: 'ESTABLISHED', retries: 0, remote: '192.0.2.1:1' },
  ])
  const wrong = audit([{ localPort: 1, remote: '192.0.2.3:1', streams: 1 }], 1, [])

  test('of one names no server', () => {
    const report = sumAudits([{ names: ['a:1'], ...one }], ['a:1'])
    expect(report).toEqual({ ...one, differences: [] })
  })

  test('adds up all, and names the server of each difference', () => {
    const report = sumAudits(
      [
        { names: ['a:1', 'a:2'], ...one },
        { names: ['b:1'], isEdge: true, ...wrong },
      ],
      ['a:1', 'a:2', 'b:1'],
    )
    expect(report).toMatchObject({ agrees: false, counted: { streams: 3, sockets: 2 } })
    expect(report.nodes).toMatchObject([
      { names: ['a:1', 'a:2'], agrees: true },
      { isEdge: true, agrees: false },
    ])
    expect(report.differences).toMatchObject([{ node: 'b:1', kind: 'no-socket' }])
    expect(report.missing).toBeUndefined()
  })

  test('is partial without those that did not reply, or could not compare', () => {
    const audits = [
      { names: ['a:1'], ...one },
      { names: ['b:1'], fault: 'no table', ...audit([], undefined, []) },
    ]
    expect(sumAudits(audits, ['a:1', 'c:1'])).toMatchObject({ agrees: true, missing: ['b:1', 'c:1'] })
  })
})
