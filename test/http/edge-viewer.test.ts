import { expect, test } from 'vitest'
import { readEdgeViewer } from '../../src/http/edge-viewer.ts'
import type { PictureRequest } from '../../src/http/request.ts'
import { TokenGuard } from '../../src/http/token-guard.ts'

const TOKEN = 'a-token-of-the-tests'

function fromEdge(token: string, address: string) {
  const headers = { 'imgcast-edge': token, 'imgcast-viewer': address }
  return { headers, socket: { remoteAddress: '192.0.2.1' } } as unknown as PictureRequest
}

test('an edge with the token names its reader, and its token is seen by nothing else', () => {
  const request = fromEdge(TOKEN, '192.0.2.7')
  expect(readEdgeViewer(request, new TokenGuard(TOKEN))).toBeUndefined()
  expect(request.edgeViewer).toEqual({ address: '192.0.2.7' })
  expect(request.headers).toEqual({})
})

test('only an address can be a reader', () => {
  const request = fromEdge(TOKEN, 'anybody')
  expect(readEdgeViewer(request, new TokenGuard(TOKEN))).toBeUndefined()
  expect(request.edgeViewer).toBeUndefined()
})

test("a wrong token of an edge is a guess: it is refused, and slowed down like those of the API's calls", async () => {
  const guard = new TokenGuard(TOKEN, 60_000)
  for (let guess = 0; guess < 10; guess += 1) {
    const request = fromEdge(`guess-${guess}`, '192.0.2.7')
    expect(await readEdgeViewer(request, guard)).toMatchObject({ status: 401, code: 'wrong-token' })
    expect(request.edgeViewer).toBeUndefined()
  }
  const late = readEdgeViewer(fromEdge('guess', '192.0.2.7'), guard)
  expect(await Promise.race([late, Promise.resolve('sooner')])).toBe('sooner')
})
