import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { MemoryViewerSecrets } from '../../src/cluster/memory-viewer-secrets.ts'
import { DAY } from '../../src/cluster/minute.ts'
import { ViewerKeys } from '../../src/cluster/viewer-key.ts'
import { describeViewerSecrets } from './viewer-secrets.contract.ts'

describeViewerSecrets('viewer secrets in memory', () => {
  const secrets = new MemoryViewerSecrets()
  return [secrets, secrets]
})

const ann = { address: '192.0.2.1', userAgent: 'Firefox', language: 'en' }

describe('viewer keys', () => {
  test('are the same for one person, and differ by address, browser and language', () => {
    const keys = new ViewerKeys()
    const others = [
      { ...ann, address: '192.0.2.2' },
      { ...ann, userAgent: 'Chrome' },
      { ...ann, language: 'de' },
    ]
    expect(keys.keyOf({ ...ann })).toBe(keys.keyOf(ann))
    expect(new Set([ann, ...others].map((who) => keys.keyOf(who))).size).toBe(4)
  })

  test('share their beginning for an address, or for the network of an IPv6 customer', () => {
    const keys = new ViewerKeys()
    const addressOf = (address: string, userAgent = 'x') =>
      keys.keyOf({ ...ann, address, userAgent }).split('.')[0]
    expect(addressOf('192.0.2.1', 'a')).toBe(addressOf('192.0.2.1', 'b'))
    expect(addressOf('192.0.2.1')).toBe(addressOf('::ffff:192.0.2.1'))
    expect(addressOf('192.0.2.1')).not.toBe(addressOf('192.0.2.2'))
    expect(addressOf('2001:db8:1:2:3::4')).toBe(addressOf('2001:db8:1:2::9'))
    expect(addressOf('2001:db8:1:2::9')).not.toBe(addressOf('2001:db8:1:3::9'))
  })

  test('behind a proxy on this machine have no address, because all viewers would share it', () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(new ViewerKeys().keyOf({ ...ann, address, isProxied: true })).toMatch(/^[\w-]{22}$/)
      expect(new ViewerKeys().keyOf({ ...ann, address })).toMatch(/^[\w-]{12}\.[\w-]{22}$/)
    }
  })

  test('reveal nothing of the person, and differ in another cluster or on another day', () => {
    let now = 0
    const keys = new ViewerKeys({ now: () => now })
    const key = keys.keyOf(ann)
    expect(key).toMatch(/^[\w-]{12}\.[\w-]{22}$/)
    expect(new ViewerKeys({ now: () => now }).keyOf(ann)).not.toBe(key)
    now = DAY
    expect(keys.keyOf(ann)).not.toBe(key)
  })

  test('are the same on every node of a cluster, from the first moment of a day on', async () => {
    const secrets = new MemoryViewerSecrets()
    let now = 5 * DAY
    const nodes = [0, 1].map(() => new ViewerKeys({ secrets, now: () => now }))
    for (const node of nodes) await node.load()
    for (let day = 0; day < 4; day += 1) {
      expect(nodes[0]?.keyOf(ann)).toBe(nodes[1]?.keyOf(ann))
      // Tomorrow's key is fetched in the course of the day.
      await Promise.resolve()
      now += DAY
    }
  })

  test('are of this node alone while the cluster cannot be reached, and stay for the day', async () => {
    const lines: string[] = []
    const log = pino({}, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) })
    const secrets = { ofDay: vi.fn().mockRejectedValue(new Error('gone')) }
    const keys = new ViewerKeys({ secrets, log, now: () => 0 })
    await keys.load()
    const key = keys.keyOf(ann)
    expect(keys.keyOf(ann)).toBe(key)
    expect(lines).toContain("cannot fetch the cluster's viewer secret")
    secrets.ofDay.mockResolvedValue(Buffer.alloc(32))
    await keys.load()
    expect(keys.keyOf(ann)).toBe(key)
  })
})
