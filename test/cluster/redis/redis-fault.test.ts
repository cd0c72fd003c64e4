import { expect, test } from 'vitest'
import { toRedisFault, toRefusal } from '../../../src/cluster/redis/redis-fault.ts'

test.each([
  ['connect ECONNREFUSED 127.0.0.1:6379', 'connect ECONNREFUSED 127.0.0.1:6379'],
  ['NOAUTH HELLO must be called with the client already authenticated', 'it needs a password, and got none'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'the user or the password is wrong'],
  ['ERR DB index is out of range', 'it has no database of this number'],
  ['MOVED 15049 10.0.0.7:7002', 'it belongs to a Redis Cluster: add ?cluster to its address'],
  [
    "All sentinels are unreachable. Retrying from scratch after 10ms. Last error: ERR unknown command 'sentinel', with args",
    'it is not a sentinel: remove ?sentinel from its address',
  ],
  [
    'All sentinels are unreachable. Retrying from scratch after 10ms. Last error: connect ECONNREFUSED 10.0.0.7:26379',
    'connect ECONNREFUSED 10.0.0.7:26379',
  ],
])('%s', (message, fault) => {
  expect(toRedisFault(new Error(message))).toBe(fault)
})

test('describes the last node of a Redis Cluster, rather than that all failed', () => {
  const lastNodeError = new Error('ERR This instance has cluster support disabled')
  const error = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError })
  expect(toRedisFault(error)).toContain('remove ?cluster')
})

test('names a refusal without its script, and no other error', () => {
  expect(toRefusal('OOM command not allowed. script: 1a2b, on @user_script:3.')).toBe(
    'OOM command not allowed',
  )
  expect(toRefusal('NOPERM this user has no permissions')).toBe('NOPERM this user has no permissions')
  expect(toRefusal('WRONGTYPE Operation against a key')).toBeUndefined()
})
