import { expect, test } from 'vitest'
import { LocalRoom } from '../../../src/cluster/redis/local-room.ts'
import { PresenceCalls } from '../../../src/cluster/redis/presence-calls.ts'
import { SET_VIEWERS } from '../../../src/cluster/redis/presence-scripts.ts'
import type { RedisLink } from '../../../src/cluster/redis/redis-link.ts'

const DAY = 86_400_000

test("a room's peak belongs to the day of the clock that all nodes follow", async () => {
  const calls: unknown[][] = []
  const link = {
    prefix: '',
    run: async (...values: unknown[]) => {
      calls.push(values)
      return [1, 1, 1, 'one']
    },
  } as unknown as RedisLink
  const presence = new PresenceCalls({ link, node: 'one', now: () => 3 * DAY + 7 })
  const local = new LocalRoom('online/lobby', undefined)
  local.add('a', 'stream')
  expect(await presence.send(local)).toMatchObject({ connections: 1, visitors: 1 })
  const [script, , ...values] = calls[0] ?? []
  expect(script).toBe(SET_VIEWERS)
  expect(values).toEqual(expect.arrayContaining([3 * DAY + 7, 3]))
})
