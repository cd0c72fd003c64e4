import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FairShares } from '../../../src/render/fair-shares.ts'
import type { Task } from '../../../src/render/processes/task.ts'
import { TaskSchedule } from '../../../src/render/processes/task-schedule.ts'
import type { Job, ToHost } from '../../../src/render/protocol.ts'
import type { Look } from '../../../src/widget/look.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'
import { plainFrame } from '../../support/frames.ts'
import { noDevice } from '../../support/looks.ts'

const look: Look = {
  ...{ format: 'png' as const, width: 100, height: 100, scale: 1, quality: 85, fps: 0 },
  animate: 'push' as const,
  ...noDevice,
  params: {},
}
const widgets = new Map<string, Manifest>([
  ['plain', { loads: false, shows: false, limits: {} } as Manifest],
  ['badge', { loads: false, shows: false, limits: {}, role: 'static-badge' } as Manifest],
  ['grid', { loads: true, shows: true, limits: {} } as Manifest],
])

interface Ask {
  key: string
  network?: string
  interest?: number
  scale?: number
  embedded?: number
  widget?: string
}

/** A schedule whose drawings take no time, unless the clock is advanced. */
function setUp() {
  const sent: ToHost[] = []
  const order: string[] = []
  const shares = new FairShares()
  const schedule = new TaskSchedule({
    ...{ widgets, drawTimeout: 60_000, shares },
    send: (message) => {
      sent.push(message)
      if (message.type === 'job') order.push(message.job.key)
    },
    kill: vi.fn(),
  })
  const add = ({ key, network, interest = 2, scale = 1, embedded = 0, widget = 'plain' }: Ask) => {
    const frame = { ...plainFrame('red'), width: 1000, height: 1000 }
    const pictures = Array.from({ length: embedded }, (_, index) => ({ path: `${index}`, frame }))
    const job = {
      widget: embedded > 0 ? 'grid' : widget,
      key,
      output: 'frame',
      look: { ...look, scale },
      embedded: pictures,
    }
    const task: Task = {
      job: job as unknown as Job,
      interest: () => interest,
      payers: () => ({
        networks: network === undefined ? [] : [network],
        count: network === undefined ? 0 : 1,
      }),
      resolve: vi.fn(),
      reject: vi.fn(),
    }
    schedule.add(task)
    return task
  }
  const ids = () => sent.flatMap((message) => (message.type === 'job' ? [message.id] : []))
  const finish = () => schedule.settle(ids().at(-1) as number, () => {})
  const drain = () => {
    while (schedule.size > 0) finish()
    return order
  }
  return { schedule, shares, order, sent, add, finish, drain, ids }
}

// A busy machine takes long between two lines, which would count as waiting.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a network that has had much drawn waits behind one that has had little, however many jobs it has', () => {
  const { shares, add, drain } = setUp()
  shares.charge({ networks: ['greedy'], count: 1 }, 500, 'other/room')
  for (const key of ['g1', 'g2', 'g3', 'g4']) add({ key, network: 'greedy' })
  add({ key: 'mine', network: 'modest' })
  expect(drain()).toEqual(['g1', 'mine', 'g2', 'g3', 'g4'])
})

test('a still of a network with little debt precedes open pictures of one with much', () => {
  const { shares, add, drain } = setUp()
  shares.charge({ networks: ['greedy'], count: 1 }, 5_000, 'other/room')
  for (const key of ['g1', 'g2', 'g3']) add({ key, network: 'greedy' })
  add({ key: 'mine', network: 'modest', interest: 1 })
  expect(drain()).toEqual(['g1', 'mine', 'g2', 'g3'])
})

test('a drawing is charged to the networks it is for, in time', () => {
  const { shares, add, finish } = setUp()
  add({ key: 'one', network: 'a' })
  vi.advanceTimersByTime(40)
  finish()
  expect(shares.debt({ networks: ['a'], count: 1 }, 'plain/one')).toBeCloseTo(42)
})

test('with equal debts, open pictures precede stills, small pictures large ones, and older ones newer ones', () => {
  const { add, drain } = setUp()
  add({ key: 'first' })
  add({ key: 'still', interest: 1 })
  add({ key: 'large', scale: 3 })
  add({ key: 'small 1' })
  add({ key: 'small 2' })
  add({ key: 'nobody', interest: 0 })
  expect(drain()).toEqual(['first', 'small 1', 'small 2', 'large', 'still'])
})

test('a picture that has waited long is not passed by small ones for ever', () => {
  const { add, finish, order } = setUp()
  add({ key: 'first' })
  add({ key: 'large', scale: 3 })
  for (let turn = 0; turn < 40; turn += 1) {
    add({ key: `small ${turn}` })
    vi.advanceTimersByTime(50)
    finish()
  }
  expect(order).toContain('large')
})

test('embedded pictures are decoded for as many jobs as 32 million pixels allow, and at least for one', () => {
  const { schedule, add, ids, order } = setUp()
  add({ key: 'a', embedded: 16 })
  add({ key: 'b', embedded: 16 })
  add({ key: 'c', embedded: 16 })
  add({ key: 'huge', embedded: 40 })
  expect(order).toEqual(['a', 'b'])
  const [first, second] = ids() as [number, number]
  schedule.settle(first, () => {})
  expect(order).toEqual(['a', 'b', 'c'])
  schedule.settle(second, () => {})
  schedule.settle(ids().at(-1) as number, () => {})
  expect(order).toEqual(['a', 'b', 'c', 'huge'])
})

test('badges that come in one turn of the event loop are drawn eight at a time, and no other picture among them', () => {
  const { schedule, sent, shares, add } = setUp()
  for (let index = 0; index < 10; index += 1) add({ key: `badge ${index}`, widget: 'badge', network: 'a' })
  add({ key: 'wide', scale: 3 })
  expect(sent).toMatchObject([{ type: 'batch', messages: { length: 8 } }])
  const batch = sent[0]?.type === 'batch' ? sent[0].messages : []
  vi.advanceTimersByTime(8)
  for (const message of batch) if ('id' in message) schedule.settle(message.id, () => {})
  // A millisecond each, and two for what the server does.
  expect(shares.debt({ networks: ['a'], count: 1 }, 'none/x')).toBeCloseTo(8 * 3, 0)
  expect(sent.slice(1)).toMatchObject([{ type: 'job', job: { key: 'wide' } }])
})
