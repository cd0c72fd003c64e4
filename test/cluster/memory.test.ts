import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { createCluster } from '../../src/cluster/cluster.ts'
import { ViewerKeys } from '../../src/cluster/viewer-key.ts'

const log = pino({ level: 'silent' })

describe('presence', () => {
  test('counts streams and people, and forgets a room when the last is gone', async () => {
    const { presence } = await createCluster('memory:', log)
    const members = await Promise.all(
      ['ann', 'ann', 'bob'].map((viewer) => presence.join('online/a', viewer)),
    )
    expect(await presence.counts('online/a')).toEqual({ connections: 3, visitors: 2, peak: 2 })
    for (const member of members) await member.leave()
    expect(await presence.counts('online/a')).toEqual({ connections: 0, visitors: 0, peak: 2 })
    expect(presence.openRooms).toBe(0)
  })

  test('leaving twice is leaving once', async () => {
    const { presence } = await createCluster('memory:', log)
    const first = await presence.join('online/a', 'ann')
    await presence.join('online/a', 'bob')
    await first.leave()
    await first.leave()
    expect(await presence.counts('online/a')).toMatchObject({ connections: 1, visitors: 1 })
  })

  test('random joins and leaves never drift', async () => {
    const { presence } = await createCluster('memory:', log)
    const open: { viewer: string; leave(): Promise<void> }[] = []
    for (let step = 0; step < 5000; step += 1) {
      if (Math.random() < 0.5 || open.length === 0) {
        const viewer = `v${Math.floor(Math.random() * 20)}`
        const { leave } = await presence.join('r/a', viewer)
        open.push({ viewer, leave })
      } else await open.splice(Math.floor(Math.random() * open.length), 1)[0]?.leave()
      expect(await presence.counts('r/a')).toMatchObject({
        connections: open.length,
        visitors: new Set(open.map(({ viewer }) => viewer)).size,
      })
    }
  })

  test('publishes each change after it can be read', async () => {
    const { presence, bus } = await createCluster('memory:', log)
    const seen: Promise<number>[] = []
    const stop = bus.subscribe((room) =>
      seen.push(presence.counts(room).then(({ connections }) => connections)),
    )
    const member = await presence.join('online/a', 'ann')
    await member.leave()
    stop()
    await presence.join('online/a', 'bob')
    expect(await Promise.all(seen)).toEqual([1, 0])
  })
})

describe('viewer keys', () => {
  const ann = { address: '192.0.2.1', userAgent: 'Firefox', language: 'en' }

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

  test('say nothing of the person, and are others on another node or another day', () => {
    let now = 0
    const keys = new ViewerKeys(() => now)
    const key = keys.keyOf(ann)
    expect(key).toMatch(/^[\w-]{22}$/)
    expect(new ViewerKeys(() => now).keyOf(ann)).not.toBe(key)
    now = 86_400_000
    expect(keys.keyOf(ann)).not.toBe(key)
  })
})
