import { expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { COOKIE, SESSION_LENGTH, Sessions } from '../../src/http/sessions.ts'

const TOKEN = 'a-token-of-the-tests'
const withCookie = (value: string) => ({ headers: { cookie: `${COOKIE}=${value}` } })

test('a revoked session is over on every server with the same store, and no other session is', async () => {
  const store = new MemoryStore(new MemoryBus())
  const sessions = new Sessions({ token: TOKEN, store })
  const [one, other] = [sessions.issue(), sessions.issue()]
  await sessions.revoke(withCookie(one))
  const restarted = new Sessions({ token: TOKEN, store })
  expect(await restarted.has(withCookie(one))).toBe(false)
  expect(await restarted.has(withCookie(other))).toBe(true)
})

test('a session expires, and the record of a revoked one is then deleted', async () => {
  const store = new MemoryStore(new MemoryBus())
  let now = 1_000
  const sessions = new Sessions({ token: TOKEN, store, now: () => now })
  const [one, other] = [sessions.issue(), sessions.issue()]
  await sessions.revoke(withCookie(one))
  now += SESSION_LENGTH
  expect(await sessions.has(withCookie(other))).toBe(false)
  await sessions.revoke(withCookie(sessions.issue()))
  const rows: unknown[] = []
  for await (const row of store.list('$revoked')) rows.push(row)
  expect(rows).toHaveLength(1)
})

test('a cookie without a valid signature costs no read of the store', async () => {
  const refuse = () => Promise.reject(new Error('not to be called'))
  const store = { get: refuse, set: refuse, delete: refuse, list: refuse as never }
  const sessions = new Sessions({ token: TOKEN, store })
  const issued = sessions.issue()
  for (const value of ['', '.', '..', `9${issued}`, `${issued}x`, 'NaN.x.y'])
    expect(await sessions.has(withCookie(value))).toBe(false)
})
