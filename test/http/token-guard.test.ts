import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { TokenGuard } from '../../src/http/token-guard.ts'

const TOKEN = 'a-token-of-the-tests'

function request(token: string | undefined, remoteAddress = '192.0.2.1') {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage
}

async function statusOf(guard: TokenGuard, token: string | undefined, address?: string): Promise<number> {
  return guard.check(request(token, address)).then(
    () => 200,
    (error) => error.status,
  )
}

test('after ten wrong tokens of an address its next ones wait, and those of others do not', async () => {
  const guard = new TokenGuard(TOKEN, 60_000)
  for (let guess = 0; guess < 10; guess += 1) expect(await statusOf(guard, `guess-${guess}`)).toBe(401)
  const late = statusOf(guard, 'guess')
  expect(await Promise.race([late, statusOf(guard, 'guess', '192.0.2.2').then(() => 'sooner')])).toBe(
    'sooner',
  )
})

test('a wrong token that waited is refused like the others', async () => {
  const guard = new TokenGuard(TOKEN, 0)
  for (let guess = 0; guess < 12; guess += 1) expect(await statusOf(guard, `guess-${guess}`)).toBe(401)
})

test('the right token is accepted at once after any number of wrong ones', async () => {
  const guard = new TokenGuard(TOKEN, 60_000)
  for (let guess = 0; guess < 10; guess += 1) await statusOf(guard, 'guess')
  void statusOf(guard, 'guess')
  expect(await statusOf(guard, TOKEN)).toBe(200)
})

test('at most a hundred refusals wait', async () => {
  const guard = new TokenGuard(TOKEN, 60_000)
  for (let guess = 0; guess < 10; guess += 1) await statusOf(guard, 'guess')
  for (let guess = 0; guess < 100; guess += 1) void statusOf(guard, 'guess')
  expect(await statusOf(guard, 'guess')).toBe(401)
})

test('a request without a token is no guess', async () => {
  const guard = new TokenGuard(TOKEN, 0)
  for (let time = 0; time < 20; time += 1) expect(await statusOf(guard, undefined)).toBe(401)
})
