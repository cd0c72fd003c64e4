import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { parseMetrics } from '../support/metrics.ts'
import { firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { seconds } from './ages.ts'
import { inside, Network, type Round, type Viewer } from './network.ts'

const PORT = 9192
const CONTROL_PORT = 9193
const TOKEN = 'a-token-of-the-tests'
/** What `--ghost-timeout` promises when it is not given. */
const BOUND = 20_000
/** Twice as long: without it a ghost stays for a quarter of an hour. */
const CONTROL_TIME = 40_000
/** Longer than the heartbeat of 15 s, so that the cut can fall anywhere between two. */
const LEAD = 16_500
const ROUND = 200

interface Row {
  room: string
  query?: string
  headers?: Record<string, string>
  /** For how long it has watched when the network goes. */
  age?: number
}

/** Each way of sending that there is. */
const KINDS: Record<string, Row[]> = {
  'every 0.1 s': [{ room: 'ticker/fast', query: '?every=100ms' }],
  'every 3 s': [{ room: 'ticker/slow', query: '?every=3s' }],
  'every 12 s': [{ room: 'ticker/late', query: '?every=12s' }],
  never: [{ room: 'counter/quiet' }],
  'never, Firefox': [{ room: 'counter/firefox', query: '?v=1', headers: firefox }],
}

/**
 * The causes of a late close: data sent to a viewer who is gone ends the probing, and the kernel's clock starts again. The
 * data may be the heartbeat, which is sent at another time of the probing for each age; or a new picture, because another
 * viewer of the room is gone.
 */
const LATE: Record<string, Row[]> = {
  'five in a room': [6500, 6300, 6100, 5900, 5700].map((age) => ({ room: 'counter/five', age })),
}
const AGES = Array.from({ length: 21 }, (_, index) => (index + 1) * 750)
const SWEEP: Record<string, Row[]> = Object.fromEntries(
  AGES.map((age) => [`never, ${age / 1000} s after it came`, [{ room: `counter/age-${age}`, age }]]),
)

/** Milliseconds until a server shows the rows' room as empty; undefined if it still counts a viewer. */
function goneAfter(rounds: readonly Round[], cutAt: number, port: number, rows: readonly Row[]) {
  const url = inside(port, `/${rows[0]?.room}.json`)
  const gone = rounds.find(({ at, counts }) => at >= cutAt && counts[url]?.connections === 0)
  return gone && gone.at - cutAt
}

describeWith(['iproute2'], 'a viewer whose network is gone without a word', () => {
  let network: Network
  let rounds: Round[]
  let cutAt: number
  let counters: ReturnType<Network['routerCounters']>

  beforeAll(async () => {
    network = new Network()
    await Promise.all([
      network.serve(PORT, ['--token', TOKEN]),
      network.serve(CONTROL_PORT, ['--ghost-timeout', '0s']),
    ])
    const groups: [port: number, rows: Row[]][] = [
      [PORT, Object.values({ ...KINDS, ...LATE, ...SWEEP }).flat()],
      [CONTROL_PORT, Object.values(KINDS).flat()],
    ]
    const viewers = groups.flatMap(([port, rows]) =>
      rows.map(({ room, query = '', headers = {}, age = LEAD / 2 }, index): Viewer => {
        // A language for each, so that they are as many people.
        const own = { ...headers, 'Accept-Language': `x-${index}` }
        const path = `/${room}.png${query}`
        return { name: `${port} ${index}`, port, path, headers: own, after: LEAD - age }
      }),
    )
    network.watch(viewers)
    const start = Date.now()
    rounds = network.poll([
      ...new Set(groups.flatMap(([port, rows]) => rows.map(({ room }) => inside(port, `/${room}.json`)))),
    ])
    await sleep(start + LEAD - Date.now())
    const count = () =>
      Object.values(rounds.at(-1)?.counts ?? {}).reduce((sum, one) => sum + one.connections, 0)
    await eventually(() => expect(count()).toBe(viewers.length))
    cutAt = Date.now()
    network.cut()
    counters = network.routerCounters()
  }, 60_000)
  afterAll(() => network?.close())

  test(`is gone from the count within ${BOUND / 1000} s`, async () => {
    const timesOf = (kinds: Record<string, Row[]>) =>
      Object.entries(kinds).map(([kind, rows]) => ({ kind, time: goneAfter(rounds, cutAt, PORT, rows) }))
    const late = () =>
      timesOf({ ...KINDS, ...LATE, ...SWEEP }).filter(({ time = Number.NaN }) => !(time <= BOUND))
    const timeout = cutAt + BOUND + 1000 - Date.now()
    await eventually(() => expect(late()).toEqual([]), { timeout, interval: ROUND }).catch(() =>
      console.info(`left, with the kernel's timers:\n${network.sockets()}`),
    )
    const told = timesOf({ ...KINDS, ...LATE }).map(
      ({ kind, time = Number.NaN }) => `${kind} ${seconds(time)}`,
    )
    const swept = timesOf(SWEEP).map(({ time = Number.NaN }) => time)
    console.info(
      `gone after, by when frames are sent: ${told.join(', ')}, never and cut at ${swept.length} moments ` +
        `${seconds(Math.min(...swept))} to ${seconds(Math.max(...swept))}`,
    )
    expect(late()).toEqual([])
    // Without a word: not a packet came through, and the router said nothing itself.
    expect(counters).toEqual({ forwarded: expect.any(Number), icmpSent: 0, tcpSent: 0 })
    expect(counters.forwarded).toBeGreaterThan(0)
    expect(network.routerCounters()).toEqual(counters)
    const metrics = parseMetrics(network.get(inside(PORT, '/metrics'), { Authorization: `Bearer ${TOKEN}` }))
    const viewers = Object.values({ ...KINDS, ...LATE, ...SWEEP }).flat().length
    expect(metrics.get('imgcast_ghosts_total')).toBe(viewers)
    expect(metrics.get('imgcast_streams')).toBe(0)
  }, 60_000)

  test(`is counted after ${CONTROL_TIME / 1000} s where --ghost-timeout is 0s`, async () => {
    await sleep(cutAt + CONTROL_TIME - Date.now())
    const kinds = Object.entries(KINDS)
    const left = kinds.filter(([, rows]) => goneAfter(rounds, cutAt, CONTROL_PORT, rows) === undefined)
    console.info(
      `with --ghost-timeout 0s, ${left.length} of ${kinds.length} are counted after ${CONTROL_TIME / 1000} s`,
    )
    expect(rounds.at(-1)?.at).toBeGreaterThan(cutAt + CONTROL_TIME - 2000)
    expect(left).toEqual(kinds)
    expect(network.routerCounters()).toEqual(counters)
  }, 90_000)
})
