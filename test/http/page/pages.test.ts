import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pages } from '../../../src/http/page/pages.ts'
import type { PageRequest } from '../../../src/http/page/site.ts'
import { Views } from '../../../src/http/page/views.ts'
import type { Renderer } from '../../../src/render/renderer.ts'

let now = 0
beforeEach(() => {
  now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

function setUp() {
  const renderer = { manifests: new Map(), faults: [] as object[], failureOf: () => undefined }
  const render = vi.spyOn(Views.prototype, 'gallery')
  const pages = new Pages(renderer as unknown as Renderer, { words: async () => 'words' }, undefined, false)
  const bodies: string[] = []
  const response = { writeHead() {}, end: (body: Buffer) => void bodies.push(String(body)) }
  const open = (address: string, host = 'pics.example') =>
    pages.gallery(
      { headers: { host }, socket: { remoteAddress: address } } as unknown as PageRequest,
      response as unknown as ServerResponse,
    )
  return { renderer, render, bodies, open }
}

async function repeat(times: number, act: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await act(turn)
}

const tooMany = expect.objectContaining({ status: 429, code: 'too-many-pages' })

test('the gallery is rendered once for everyone', async () => {
  const { render, bodies, open } = setUp()
  await repeat(500, (turn) => open(`198.51.100.${turn % 250}`))
  expect(render).toHaveBeenCalledTimes(1)
  expect(new Set(bodies).size).toBe(1)
  expect(bodies[0]).toContain('</html>')
})

test('another name of the server, another code and another fault render it again', async () => {
  const { renderer, render, bodies, open } = setUp()
  await open('198.51.100.1')
  await open('198.51.100.1', 'other.example')
  renderer.manifests = new Map()
  await open('198.51.100.1')
  renderer.faults.push({ name: 'mine', file: '/w/mine.mjs', publicMessage: 'does not load' })
  await open('198.51.100.1')
  expect(render).toHaveBeenCalledTimes(4)
  expect(bodies[3]).toContain('mine')
})

test('a network that has many pages rendered is refused, until a tenth of a second has passed', async () => {
  const { open } = setUp()
  await repeat(100, (turn) => open('203.0.113.1', `host-${turn}.example`))
  await expect(open('203.0.113.1', 'one-more.example')).rejects.toThrow(tooMany)
  await open('203.0.113.2', 'one-more.example')
  await open('203.0.113.1', 'one-more.example')
  now += 100
  await open('203.0.113.1', 'and-another.example')
  await expect(open('203.0.113.1', 'a-third.example')).rejects.toThrow(tooMany)
})
