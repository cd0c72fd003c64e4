import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchStill } from '../../src/cli/fetch-still.ts'
import { runCommand } from '../support/command.ts'

const GOOD = { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-cache' }
const STALE = { ...GOOD, Age: '70', Warning: '110 - "Response is Stale"' }
let server: Server
let url: string
let folder: string
/** The responses, in their order; the last one is repeated. */
let responses: [status: number, headers: Record<string, string>, body: string][] = []
let seen: IncomingHttpHeaders[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-url-'))
  server = createServer((request, response) => {
    seen.push(request.headers)
    const [status, headers, body] = (responses.length > 1 ? responses.shift() : responses[0]) ?? [500, {}, '']
    response.writeHead(status, headers).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hits/me.svg?count=no`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function respondWith(...next: typeof responses): void {
  responses = next
  seen = []
}

describe('imgcast render --url', () => {
  test('writes the picture, leaves equal bytes untouched, and keeps the file after an error', async () => {
    const file = join(folder, 'me.svg')
    const run = () => runCommand(['render', '--url', url, '-o', file, '--if-changed'])
    respondWith([200, GOOD, '<svg>1</svg>'])
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' })
    utimesSync(file, 1, 1)
    await run()
    expect(statSync(file).mtimeMs).toBe(1_000)
    respondWith([500, GOOD, '<svg>error</svg>'])
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining('500') })
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['<svg>1</svg>', ['me.svg']])
  })

  test('tries again while the server has no picture yet', async () => {
    respondWith([503, GOOD, ''], [200, GOOD, 'new'])
    expect((await fetchStill(url, 'me.svg', 1)).toString()).toBe('new')
  })

  test('writes no picture of another format than that of the file', async () => {
    const png = { ...GOOD, 'Content-Type': 'image/png' }
    respondWith([200, png, 'png'])
    const run = (file: string) => runCommand(['render', '--url', url, '-o', join(folder, file)])
    expect(await run('me.svg')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected image/svg+xml for a file .svg, got image/png'),
    })
    expect(readFileSync(join(folder, 'me.svg'), 'utf8')).toBe('<svg>1</svg>')
    expect(seen).toHaveLength(1)
    expect(await run('me')).toMatchObject({ code: 0 })
    rmSync(join(folder, 'me'))
    respondWith([200, { ...GOOD, 'Content-Type': 'image/jpeg; q=1' }, 'jpeg'])
    expect((await fetchStill(url, 'me.JPG', 1)).toString()).toBe('jpeg')
    respondWith([200, { ...GOOD, 'Content-Type': 'application/json; charset=utf-8' }, '{}'])
    expect((await fetchStill(url, '-', 1)).toString()).toBe('{}')
    await expect(fetchStill(url, 'me.png', 1)).rejects.toThrow('got application/json')
  })

  test('names the folder that does not exist', async () => {
    respondWith([200, GOOD, 'svg'])
    const file = join(folder, 'none', 'me.svg')
    expect(await runCommand(['render', '--url', url, '-o', file])).toMatchObject({
      code: 1,
      stderr: `there is no folder ${join(folder, 'none')}\n`,
    })
  })

  test('names every wrong word at once', async () => {
    const { code, stderr } = await runCommand(['render', 'online.png', '--url', 'ftp://x', '--time', '1'])
    expect(code).toBe(2)
    for (const name of ['--url', 'online.png', '--time', '--output']) expect(stderr).toContain(name)
  })
})

describe('a fetched picture', () => {
  test.each([
    ['marked as stale', STALE],
    ['one frame of an animation', { ...GOOD, Warning: '199 - "One Frame Of A Late Animation"' }],
    ['a placeholder', { ...GOOD, 'Cache-Control': 'no-store' }],
  ])('is requested again while it is %s, a few times', async (_, headers) => {
    respondWith([200, headers, 'old'], [200, headers, 'old'], [200, GOOD, 'new'])
    expect((await fetchStill(url, 'me.svg', 1)).toString()).toBe('new')
    expect([seen.length, seen[0]?.accept]).toEqual([3, 'image/*, application/json'])
    respondWith([200, headers, 'old'])
    await expect(fetchStill(url, 'me.svg', 1)).rejects.toThrow(/70 s old|not ready/)
    expect(seen).toHaveLength(4)
  })

  test.each([
    [[404, GOOD, ''], '404'],
    [[200, { 'Content-Type': 'text/html' }, ''], 'expected a finished picture, got text/html'],
    [[200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b' }, ''], 'got multipart'],
  ] as const)('is refused at once if it is none: %j', async ([status, headers, body], message) => {
    respondWith([status, headers, body])
    await expect(fetchStill(url, 'me.svg', 1)).rejects.toThrow(message)
    expect(seen).toHaveLength(1)
  })
})
