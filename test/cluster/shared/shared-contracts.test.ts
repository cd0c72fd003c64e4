import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Bus } from '../../../src/cluster/bus.ts'
import type { ClusterParts } from '../../../src/cluster/driver.ts'
import { memoryDriver } from '../../../src/cluster/memory-driver.ts'
import { MemoryStore } from '../../../src/cluster/memory-store.ts'
import { createNode } from '../../../src/cluster/node.ts'
import { PartsHost } from '../../../src/cluster/shared/parts-host.ts'
import { sharedDriver } from '../../../src/cluster/shared/shared-driver.ts'
import { SharedSiblings } from '../../../src/cluster/shared/shared-siblings.ts'
import { SiblingsHost } from '../../../src/cluster/shared/siblings-host.ts'
import type { SiblingsMessage } from '../../../src/cluster/shared/siblings-wire.ts'
import type { Message } from '../../../src/cluster/shared/wire.ts'
import { conflict } from '../../../src/errors.ts'
import { createPictureFiles } from '../../../src/pushed/picture-files.ts'
import { all } from '../../support/all.ts'
import { eventually } from '../../support/eventually.ts'
import { describeBus } from '../bus.contract.ts'
import { describePresence } from '../presence.contract.ts'
import { describeStore } from '../store.contract.ts'
import { describeViewerSecrets } from '../viewer-secrets.contract.ts'

const init = { log: pino({ level: 'silent' }), retention: Number.POSITIVE_INFINITY }

/** Both ends of a channel, which clones what is posted and delivers it later, as the one between two processes does. */
function createChannel<M = Message>() {
  const listeners: ((message: M) => void)[] = []
  const end = (own: 0 | 1, other: 0 | 1) => ({
    post: (message: M) => {
      const cloned = structuredClone(message)
      setImmediate(() => listeners[other]?.(cloned))
    },
    onMessage: (listener: (message: M) => void) => {
      listeners[own] = listener
    },
  })
  return [end(0, 1), end(1, 0)] as const
}

/** Processes that share the parts of one more. */
async function share(count: number, given: Partial<ClusterParts> = {}, log = init.log) {
  const parts = { ...(await memoryDriver.open('', { ...init, node: createNode() })), ...given }
  const host = new PartsHost(parts, createPictureFiles(undefined))
  const nodes = await Promise.all(
    Array.from({ length: count }, async () => {
      const [hostEnd, ownEnd] = createChannel()
      const end = host.add(hostEnd)
      return { ...(await sharedDriver(ownEnd).open('', { ...init, log, node: createNode() })), end }
    }),
  )
  const [first, second] = nodes as [(typeof nodes)[0], (typeof nodes)[0]]
  return { parts, nodes, first, second }
}

describeStore('a store of another process', async (bus: Bus) => {
  const { first } = await share(1, { store: new MemoryStore(bus) })
  return first.store
})

describePresence('a presence of another process', async () => {
  const { nodes } = await share(3)
  const [first, ...others] = nodes
  if (!first) throw new Error('no nodes')
  return {
    nodes: [first, ...others],
    pass: () => sleep(20),
    kill: (node) => void nodes.find((each) => each === node)?.end(),
  }
})

describeBus('a bus of another process', async () => {
  const logged: string[] = []
  const log = pino({}, { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) })
  const { first, second } = await share(2, {}, log)
  return { nodes: [first.bus, second.bus], logged }
})

describeViewerSecrets('viewer secrets of another process', async () => {
  const { first, second } = await share(2)
  return [first.viewerSecrets, second.viewerSecrets]
})

test('the leases of a process that ended are free at once', async () => {
  const { first, second } = await share(2)
  expect(await first.leases.hold('poll/build', 60_000)).toBe(true)
  expect(await second.leases.hold('poll/build', 60_000)).toBe(false)
  await first.end()
  expect(await second.leases.hold('poll/build', 60_000)).toBe(true)
})

test('errors of the store arrive as what they are', async () => {
  const store = new MemoryStore({ publish: () => {} } as unknown as Bus)
  const full = Object.assign(store, { get: () => Promise.reject(conflict('full', 'the disk is full')) })
  const { first } = await share(1, { store: full })
  await expect(first.store.get('a/b', 'x')).rejects.toMatchObject({
    ...{ name: 'PublicError', status: 409, code: 'full', message: 'the disk is full' },
  })
})

test('writes of several processes at the same moment all count', async () => {
  const { nodes, first } = await share(3)
  const push = (value: unknown) => [...((value as number[] | undefined) ?? []), 1]
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => nodes[index % 3]?.store.update('a/b', 'list', push)),
  )
  expect(await first.store.get('a/b', 'list')).toHaveLength(30)
})

test('a long list arrives whole', async () => {
  const { first } = await share(1)
  const names = Array.from({ length: 1_200 }, (_, index) => `a/${String(index).padStart(4, '0')}`)
  await Promise.all(names.map((room) => first.store.set(room, 'x', 1)))
  expect(await all(first.store.list('x'))).toEqual(names.map((room) => [room, 1]))
})

test('a list that is not read to its end is closed', async () => {
  let isClosed = false
  async function* list(): AsyncIterable<[string, unknown]> {
    try {
      for (let index = 0; ; index += 1) yield [`a/${index}`, 1]
    } finally {
      isClosed = true
    }
  }
  const { first } = await share(1, {
    store: Object.assign(new MemoryStore({ publish: () => {} } as unknown as Bus), { list }),
  })
  for await (const [room] of first.store.list('x')) if (room === 'a/700') break
  await eventually(() => expect(isClosed).toBe(true))
})

test('a write is known to every process when it is confirmed', async () => {
  const { first, second } = await share(2)
  const seen: string[] = []
  for (const [name, { bus }] of Object.entries({ first, second }))
    bus.subscribe((room, change) => seen.push(`${name} ${room} ${change}`))
  await first.store.set('a/b', 'votes', 1)
  expect(seen.sort()).toEqual(['first a/b state', 'second a/b state'])
})

test('a join is seen by every process with the counts of all, and each reports its own', async () => {
  const { nodes, first, second } = await share(2)
  const seen: unknown[] = []
  second.bus.subscribe((room) => seen.push(second.presence.countsNow(room)))
  await second.presence.join('a/b', 'ann')
  const { leave } = await first.presence.join('a/b', 'ann')
  await eventually(() => expect(seen.at(-1)).toEqual({ connections: 2, visitors: 1, peak: 1 }))
  expect(nodes[0]?.report?.()).toMatchObject({ isPartial: false })
  expect(first.report?.().nodes).toHaveLength(2)
  await leave()
  await eventually(async () => expect(await first.presence.counts('a/b')).toMatchObject({ connections: 1 }))
  await second.end()
  await eventually(async () => expect(await first.presence.counts('a/b')).toMatchObject({ connections: 0 }))
})

test('a question is answered by every process that is left', async () => {
  const host = new SiblingsHost()
  const [first, second] = [0, 1].map((index) => {
    const [hostEnd, ownEnd] = createChannel<SiblingsMessage>()
    const end = host.add(hostEnd)
    const siblings = new SharedSiblings(ownEnd, 'group')
    siblings.answer('number', () => index)
    siblings.answer('fails', () => {
      if (index === 1) throw new Error('of one process')
      return 'of the other'
    })
    return { siblings, end }
  }) as [{ siblings: SharedSiblings; end(): void }, { siblings: SharedSiblings; end(): void }]
  expect((await first.siblings.ask('number')).toSorted()).toEqual([0, 1])
  expect(await first.siblings.ask('fails')).toEqual(['of the other'])
  second.end()
  expect(await first.siblings.ask('number')).toEqual([0])
  expect(await first.siblings.ask('nothing')).toEqual([])
})

test('a file that one process wrote is read by the others until it is removed', async () => {
  const { first, second } = await share(2)
  const bytes = Buffer.from([0, 1, 255])
  await first.files?.write('a.png', bytes)
  await first.files?.keep('a.png')
  expect(await second.files?.read('a.png')).toEqual(bytes)
  await second.files?.remove('a.png')
  expect(await first.files?.read('a.png')).toBeUndefined()
})
