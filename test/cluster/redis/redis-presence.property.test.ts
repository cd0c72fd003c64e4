import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Crowd } from '../../../src/cluster/crowd.ts'
import type { Membership } from '../../../src/cluster/presence.ts'
import { eventually } from '../../support/eventually.ts'
import { newPrefix, openPresence } from '../../support/redis-nodes.ts'
import { RedisServer } from '../../support/redis-server.ts'
import { describeWith } from '../../support/tools.ts'

const ROOMS = ['online/a', 'online/b']
const NODES = ['node-a', 'node-b', 'node-c']

const step = fc.record({
  kind: fc.constantFrom(
    ...(['join', 'join', 'join', 'leave', 'leave', 'cut', 'heal', 'die', 'delay', 'restart'] as const),
  ),
  node: fc.nat({ max: NODES.length - 1 }),
  room: fc.constantFrom(...ROOMS),
  viewer: fc.constantFrom('ann', 'bob', ...Array.from({ length: 8 }, (_, index) => `home.v${index}`)),
})

describeWith(['redis'], 'a presence of three nodes in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.close())

  test('counts as one crowd, whatever happened before', async () => {
    let starts = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const prefix = newPrefix()
        const start = (name: string) => openPresence(server.port, prefix, `${name}-${starts++}`)
        const nodes = await Promise.all(NODES.map(start))
        const dead: (typeof nodes)[number][] = []
        let members: { node: number; room: string; viewer: string; member: Promise<Membership> }[] = []
        for (const { kind, node: index, room, viewer } of steps) {
          const node = nodes[index] as (typeof nodes)[number]
          if (kind === 'join') {
            const member = node.presence.join(room, viewer)
            members.push({ node: index, room, viewer, member })
            if (viewer === 'ann') await member
          }
          if (kind === 'leave') {
            const found = members.find((each) => each.node === index && each.room === room)
            members = members.filter((each) => each !== found)
            await (await found?.member)?.leave()
          }
          if (kind === 'cut') node.proxy.cut()
          if (kind === 'heal') node.proxy.heal()
          if (kind === 'delay') node.proxy.delay = node.proxy.delay === 0 ? 30 : 0
          if (kind === 'restart') await server.client.flushall()
          if (kind === 'die') {
            // Without a word, as `kill -9` does: nothing of it reaches Redis again.
            node.proxy.cut()
            dead.push(node)
            members = members.filter((each) => each.node !== index)
            nodes[index] = await start(NODES[index] as string)
          }
          const { connections, visitors } = await node.presence.counts(room)
          expect(Math.min(connections, visitors)).toBeGreaterThanOrEqual(0)
        }
        for (const { proxy } of nodes) {
          proxy.delay = 0
          proxy.heal()
        }
        for (const room of ROOMS) {
          const crowd = new Crowd()
          for (const member of members) if (member.room === room) crowd.add(member.viewer)
          await eventually(async () => {
            for (const { presence } of nodes) {
              const { connections, visitors, isPartial } = await presence.counts(room)
              expect({ connections, visitors, isPartial }).toEqual({
                ...{ connections: crowd.connections, visitors: crowd.visitors, isPartial: undefined },
              })
            }
          })
        }
        for (const { member } of members) await (await member).leave()
        await eventually(async () => {
          for (const { presence } of nodes) expect(await presence.rooms()).toEqual([])
        })
        for (const { presence, history, close } of [...nodes, ...dead]) {
          await presence.close()
          await history.close()
          close()
        }
      }),
      { numRuns: 12, interruptAfterTimeLimit: 20_000, endOnFailure: true },
    )
  })
})
