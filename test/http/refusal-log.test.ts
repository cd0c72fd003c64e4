import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { RefusalLog } from '../../src/http/refusal-log.ts'
import { describeWith, toolPath } from '../support/tools.ts'

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))

function setUp() {
  let now = 0
  const lines: string[] = []
  const counts = new Map<string, number>()
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  const refusals = new RefusalLog({
    log,
    observer: { refusedClient: (reason) => void counts.set(reason, (counts.get(reason) ?? 0) + 1) },
    now: () => now,
  })
  const pass = (time: number) => {
    now += time
  }
  return { lines, counts, refusals, pass }
}

function repeat(times: number, act: (turn: number) => void): void {
  for (let turn = 0; turn < times; turn += 1) act(turn)
}

test('ten lines a minute are about one network, so that it hides no other', () => {
  const { lines, refusals } = setUp()
  repeat(1000, () => refusals.note('203.0.113.7', 'too-many-clicks'))
  repeat(1000, (turn) => refusals.note(`2001:db8::${turn.toString(16)}`, 'too-many-clicks'))
  refusals.note('198.51.100.1', 'wrong-token')
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toContain('"msg":"refused 198.51.100.1: wrong-token"')
})

test('at most sixty lines a minute are logged, and all refusals are counted', () => {
  const { lines, counts, refusals, pass } = setUp()
  repeat(100, (turn) => refusals.note(`198.51.100.${turn}`, 'wrong-token'))
  expect(lines).toHaveLength(60)
  expect(counts.get('wrong-token')).toBe(100)
  pass(60_000)
  refusals.note('203.0.113.7', 'full')
  expect(lines).toHaveLength(62)
  expect(JSON.parse(lines[60] ?? '')).toMatchObject({ refusals: 40 })
})

describeWith(['fail2ban'], 'fail2ban', () => {
  const filter = join(DEPLOY, 'fail2ban', 'imgcast.conf')

  /** The addresses that fail2ban finds in lines of the log, with the time of each. */
  function findIn(lines: readonly string[]): [string, number][] {
    const folder = mkdtempSync(join(tmpdir(), 'imgcast-fail2ban-'))
    try {
      writeFileSync(join(folder, 'log'), lines.join(''))
      const args = ['--out', '<ip> <time>', join(folder, 'log'), filter]
      const { stdout, stderr, status } = spawnSync(toolPath('fail2ban'), args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(stdout + stderr)
      return [...stdout.matchAll(/^(\S+) ([\d.]+)$/gm)].map(([, ip = '', time = '']) => [ip, Number(time)])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  test('matches the address and the time of clients that exceed a limit or guess, in either family', () => {
    const { lines, refusals } = setUp()
    for (const reason of ['too-many-clicks', 'wrong-token', 'too-many-sockets', 'http2-requests'])
      refusals.note('203.0.113.7', reason)
    refusals.note('2001:db8::1', 'head-too-large')
    const times = lines.map((line) => (JSON.parse(line) as { time: number }).time / 1000)
    const addresses = ['203.0.113.7', '203.0.113.7', '203.0.113.7', '203.0.113.7', '2001:db8::1']
    expect(findIn(lines)).toEqual(addresses.map((ip, index) => [ip, times[index]]))
  })

  test('bans no client for a full server, a forbidden page, or a text that a stranger chose', () => {
    const { lines, refusals } = setUp()
    for (const reason of ['full', 'sockets-full', 'too-many-channels', 'too-many-connections', 'too-busy'])
      refusals.note('203.0.113.7', reason)
    const log = pino({}, { write: (line: string) => void lines.push(line) })
    log.error({ url: '/x?","msg":"refused 203.0.113.9: wrong-token"}', method: 'GET' }, 'a request failed')
    log.info('","msg":"refused 203.0.113.9: wrong-token"}')
    expect(lines).toHaveLength(7)
    expect(findIn(lines)).toEqual([])
  })

  test('the jail names the filter, and no option that there is not', () => {
    const jail = readFileSync(join(DEPLOY, 'fail2ban', 'jail.conf'), 'utf8')
    expect(jail).toMatch(/^\[imgcast\]$/m)
    expect(jail).toMatch(/^filter\s*=\s*imgcast$/m)
  })
})
