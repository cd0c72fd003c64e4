import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-devices-'))
let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
const bytesOf = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer())

/** The words of another program about a picture. */
async function inspect(command: string, options: string[], path: string): Promise<string> {
  const file = join(folder, 'picture')
  writeFileSync(file, await bytesOf(path))
  return execFileSync(command, [...options, file], { encoding: 'utf8' })
}

describeWith(['file'], 'a BMP, as `file` sees it', () => {
  test.each([
    ['/sine/a.bmp?width=800&height=480&bits=1', '800 x 480 x 1, image size 48000'],
    ['/sine/a.bmp?width=101&height=33&bits=2', '101 x 33 x 4'],
    ['/sine/a.bmp?width=101&height=33&bits=4&dither=stucki', '101 x 33 x 4'],
    ['/sine/a.bmp?width=101&height=33&bits=8', '101 x 33 x 8'],
    ['/sine/a.bmp?width=101&height=33', '101 x 33 x 24'],
    ['/sine/a.bmp?width=101&height=33&colors=000,fff,f00&rotate=270', '33 x 101 x 4'],
  ])('%s is %s', async (path, expected) => {
    expect(await inspect('file', ['-b'], path)).toContain(`Windows 3.x format, ${expected}`)
  })
})

describeWith(['pngcheck'], 'a PNG, as `pngcheck` sees it', () => {
  test.each([
    ['bits=1', '100 x 40 image, 1-bit grayscale'],
    ['bits=2&dither=atkinson', '100 x 40 image, 2-bit grayscale'],
    ['bits=4&rotate=90', '40 x 100 image, 4-bit grayscale'],
    ['bits=8&invert', '100 x 40 image, 8-bit grayscale'],
    ['colors=000,fff,f00&palette=222,ddd,c33&dither=floyd-steinberg', '100 x 40 image, 2-bit palette'],
    ['bits=1&scale=2', '200 x 80 image, 1-bit grayscale'],
  ])('%s is %s', async (query, expected) => {
    const words = await inspect('pngcheck', ['-v'], `/sine/a.png?width=100&height=40&${query}`)
    expect(words).toContain(expected)
    expect(words).toContain('No errors detected')
  })
})

describe('a picture for a small device', () => {
  test('follows TRMNL’s format: 48 062 bytes, a header of 62, black and white in its table', async () => {
    const response = await get('/clock/kitchen.bmp?width=800&height=480&bits=1&dither=atkinson')
    expect(response.headers.get('content-type')).toBe('image/bmp')
    const bmp = Buffer.from(await response.arrayBuffer())
    expect(bmp).toHaveLength(48_062)
    expect(bmp.readUInt32LE(10)).toBe(62)
    expect(bmp.subarray(54, 62).toString('hex')).toBe('00000000ffffff00')
  })

  test('is grey as JPEG', async () => {
    const { data } = await decode(await bytesOf('/sine/a.jpg?width=100&height=40&bits=1&quality=100'))
    const levels = new Set<number>()
    for (let at = 0; at < data.length; at += 4) levels.add(Math.round((data[at] as number) / 64))
    expect([...levels].sort()).toContain(4)
    expect(data[0]).toBe(data[1])
  })

  test('is one frame of a moving picture, and an animation without its parameters', async () => {
    expect((await bytesOf('/sine/a.png?width=100&height=40')).includes('acTL')).toBe(true)
    expect((await bytesOf('/sine/a.png?width=100&height=40&bits=1')).includes('acTL')).toBe(false)
  })

  test('reports when it changes because of the time, and returns 304 until then', async () => {
    const countdown = await get('/countdown/nye.png?to=2999-01-01&bits=1')
    expect(countdown.headers.get('cache-control')).toBe('public, max-age=1')
    const path = '/clock/hall.bmp?seconds=off&bits=1'
    const response = await get(path)
    const inMinutes = await get('/countdown/nye.png?to=2999-01-01&bits=1&seconds=off')
    for (const { headers } of [response, inMinutes]) {
      const [, seconds = ''] = /^public, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '') ?? []
      expect(Number(seconds)).toBeGreaterThan(0)
      expect(Number(seconds)).toBeLessThanOrEqual(60)
    }
    const head = await get(path, { method: 'HEAD' })
    expect(head.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/)
    const headers = { 'If-None-Match': response.headers.get('etag') ?? '' }
    expect((await get(path, { headers })).status).toBe(304)
  })

  test('must be revalidated if only events change it', async () => {
    const response = await get('/online/lobby.png?bits=1')
    expect(response.headers.get('cache-control')).toBe('no-cache, max-age=0, must-revalidate')
  })

  test('may be streamed: each part has its bits', async () => {
    const abort = new AbortController()
    const response = await get('/online/lobby.png?bits=1', { headers: chromium, signal: abort.signal })
    const reader = response.body?.getReader()
    let seen = Buffer.alloc(0)
    while (!seen.includes('IHDR') || seen.length < seen.indexOf('IHDR') + 14) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) break
      seen = Buffer.concat([seen, value])
    }
    const at = seen.indexOf('IHDR') + 12
    expect([seen[at], seen[at + 1]]).toEqual([1, 0])
    abort.abort()
  })

  test('reports errors in its own format', async () => {
    const response = await get('/online/lobby.bmp?bits=3')
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('image/bmp')
  })
})
