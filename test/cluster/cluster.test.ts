import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { createCluster } from '../../src/cluster/cluster.ts'
import type { ClusterParts, Driver } from '../../src/cluster/driver.ts'
import { expectedLocation } from '../../src/cluster/drivers.ts'
import { memoryDriver } from '../../src/cluster/memory-driver.ts'
import { StoreError } from '../../src/cluster/store-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-cluster-'))
const silent = pino({ level: 'silent' })

afterAll(() => rmSync(folder, { recursive: true }))

test('a cluster keeps state and history in its file, which only its owner can read', async () => {
  const path = join(folder, 'kept.db')
  const first = await createCluster(`file:${path}`, silent)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
  await first.store.set('r/a', 'x', 1)
  await first.hits.count('r/a')
  await (await first.presence.join('r/a', 'ann')).leave()
  await first.close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const second = await createCluster(`file:${path}`, silent)
  expect(await second.store.get('r/a', 'x')).toBe(1)
  expect(await second.store.get('r/a', '$hits')).toBe(1)
  expect(await second.history.record('r/a')).toMatchObject({ peak: 1, peakToday: 1 })
  expect((await second.rooms.read(['r/a', 'r/b'])).map(({ room }) => room)).toEqual(['r/a'])
  expect(second.node.name).toBe(first.node.name)
  expect(second.node.epoch).not.toBe(first.node.epoch)
  await second.close()
})

test('a cluster in a file saves on request what would wait, and closes once', async () => {
  const path = join(folder, 'saved.db')
  const cluster = await createCluster(`file:${path}`, silent)
  await cluster.store.set('r/a', 'x', 1)
  await cluster.hits.count('r/a')
  await cluster.save?.()
  // A copy has what is on disk, as after a kill.
  for (const ending of ['', '-wal']) cpSync(`${path}${ending}`, `${path}.copy${ending}`)
  await Promise.all([cluster.close(), cluster.close()])
  const copy = await createCluster(`file:${path}.copy`, silent)
  expect(await copy.store.get('r/a', 'x')).toBe(1)
  expect(await copy.store.get('r/a', '$hits')).toBe(1)
  expect((await copy.rooms.read(['r/a'])).map(({ room }) => room)).toEqual(['r/a'])
  await copy.close()
})

test('a cluster is joined by any driver, given as an object', async () => {
  let seen: string | undefined
  const driver: Driver = {
    ...memoryDriver,
    open: (location, init) => {
      seen = init.node.epoch
      return memoryDriver.open(location, init)
    },
  }
  const cluster = await createCluster(driver, silent)
  expect(cluster.node.epoch).toBe(seen)
  await cluster.close()
})

test('a wrong location is reported without its password', async () => {
  for (const location of [
    'redis://me:secret@host:99999',
    'redis://me:sec/secret@host',
    'rediss://:secret@a,b',
  ])
    await expect(createCluster(location, silent)).rejects.toThrow(/^(?!.*secret).*got "rediss?:/)
})

test('a location without a driver is refused with the possible ones', async () => {
  for (const location of ['redis:localhost', 'http://localhost', 'file:', 'memory:x', '', 'toString:'])
    await expect(createCluster(location, silent)).rejects.toThrow(
      new StoreError(`expected ${expectedLocation()}, got ${JSON.stringify(location)}`),
    )
})

test('a driver can return an instance of a class', async () => {
  const called: string[] = []
  class Parts {
    readonly #parts: ClusterParts
    constructor(parts: ClusterParts) {
      this.#parts = parts
      for (const name of ['bus', 'presence', 'history', 'rooms', 'leases', 'viewerSecrets'] as const)
        Object.assign(this, { [name]: parts[name] })
    }
    get store() {
      return this.#parts.store
    }
    async save() {
      called.push(`saved ${this.#parts.store === this.store}`)
    }
    async close() {
      called.push('closed')
      await this.#parts.close()
    }
  }
  const open: Driver['open'] = async (...given) => new Parts(await memoryDriver.open(...given)) as never
  const cluster = await createCluster({ ...memoryDriver, open }, silent)
  await cluster.store.set('a/b', 'c', 1)
  await cluster.save?.()
  await Promise.all([cluster.close(), cluster.close()])
  expect(called).toEqual(['saved true', 'closed'])
})

test('a driver of somebody’s own that returns too little is refused, with all that is missing, and is closed', async () => {
  let closed = 0
  const open = async (location: string, init: Parameters<Driver['open']>[1]) => {
    const { leases: _none, bus, ...parts } = await memoryDriver.open(location, init)
    const lame = { publish: () => {}, subscribe: () => () => {}, close: () => bus.close() }
    const close = async () => {
      closed += 1
      await parts.close()
      throw new Error('was not open')
    }
    return { ...parts, bus: lame, close } as never
  }
  await expect(createCluster({ ...memoryDriver, open }, silent)).rejects.toThrow(
    new StoreError('expected a driver whose `open` returns all parts, missing: bus.onReconnect(), leases'),
  )
  expect(closed).toBe(1)
  const empty = { ...memoryDriver, open: async () => undefined as never }
  await expect(createCluster(empty, silent)).rejects.toThrow('missing: bus, presence, store, ')
})
