import { loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { pixelOf } from '../support/pixels.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({ linger: 100 })
})
afterAll(async () => {
  await server.close()
})

const open = (path: string) => openStream(server.url + path, { headers: chromium })
const counts = async (room: string) => (await (await fetch(`${server.url}/${room}.json`)).json()) as object
const picture = (stream: RawStream) => loadImage(stream.parts.at(-1)?.body as Buffer)
const problem = async (path: string) => {
  const response = await fetch(server.url + path, { headers: { Accept: 'application/json' } })
  return { status: response.status, detail: ((await response.json()) as { detail: string }).detail }
}

describe('pictures within a picture', () => {
  test('are drawn as they are, with their own looks, at its scale', async () => {
    const answer = await fetch(`${server.url}/shows/x.png?show=counter/a?shade=90,stamped/b&scale=2`)
    const image = await loadImage(Buffer.from(await answer.arrayBuffer()))
    expect(pixelOf(image, 4, 4)).toEqual([0, 90, 0, 255])
    expect(image.width).toBeGreaterThanOrEqual(80)
  })

  test('are twice as fine in an SVG, which may be shown at any size', async () => {
    const svg = await (await fetch(`${server.url}/shows/x.svg?show=counter/a`)).text()
    const [, base64 = ''] = /data:image\/png;base64,([^"]+)/.exec(svg) ?? []
    const [cell, { width }] = await Promise.all([
      loadImage(Buffer.from(base64, 'base64')),
      fetch(`${server.url}/counter/a.png`).then(async (answer) =>
        loadImage(Buffer.from(await answer.arrayBuffer())),
      ),
    ])
    expect(cell.width).toBe(width * 2)
  })

  test('change within it when they change by themselves', async () => {
    const stream = await open('/shows/moving.png?show=counter/moved')
    await eventually(async () => expect(pixelOf(await picture(stream))[0]).toBe(10))
    const other = await open('/counter/moved.png')
    await eventually(async () => expect(pixelOf(await picture(stream))[0]).toBe(20))
    other.close()
    await eventually(async () => expect(pixelOf(await picture(stream))[0]).toBe(10))
    stream.close()
  })

  test('count their viewers, once a room, and those of their own room too', async () => {
    const stream = await open('/shows/whole.png?show=counter/one,counter/one?shade=9,counter/two')
    const rooms = ['counter/one', 'counter/two', 'shows/whole']
    for (const room of rooms) {
      await eventually(async () => expect(await counts(room)).toMatchObject({ connections: 1, visitors: 1 }))
    }
    stream.close()
    for (const room of rooms) {
      await eventually(async () => expect(await counts(room)).toMatchObject({ connections: 0, visitors: 0 }))
    }
    await eventually(() =>
      expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0, channels: 0 }),
    )
  })

  test('notify their widgets of joins and leaves', async () => {
    const stream = await open('/shows/told.png?show=hears/within')
    await eventually(async () => expect(await counts('hears/within')).toMatchObject({ joined: 1, left: 0 }))
    stream.close()
    await eventually(async () => expect(await counts('hears/within')).toMatchObject({ joined: 1, left: 1 }))
  })

  test('share the channel, and so the drawing, with their direct viewers', async () => {
    const alone = await open('/counter/shared.png')
    const stream = await open('/shows/sharing.png?show=counter/shared')
    await stream.nextPart()
    await eventually(() => expect(server.imgcast.stats().channels).toBe(2))
    for (const each of [alone, stream]) each.close()
  })

  test('that fail show their error card in their place, and the others are shown', async () => {
    const stream = await open('/shows/faulty.png?show=throws/x,counter/well')
    await eventually(async () => {
      const image = await picture(stream)
      expect(pixelOf(image, 5, image.height - 5)).toEqual([10, 0, 0, 255])
    })
    stream.close()
  })

  test('that make the picture around them too large are a wrong parameter, not a failure', async () => {
    const wide = Array.from({ length: 4 }, (_, n) => `sine/w${n}?width=1280%26height=30`)
    const high = ['sine/h1?width=100%26height=720', 'counter/a', 'counter/b', 'sine/h2?height=720']
    const faultOf = async (shown: string[], columns: number) => {
      const path = `/grid/large.png?delivery=still&scale=2&columns=${columns}&show=${shown}`
      // While the pictures in it are being drawn, a still is a placeholder.
      await eventually(async () => expect((await fetch(server.url + path)).status).toBe(400), {
        timeout: 25_000,
      })
      return (await problem(path)).detail
    }
    expect(await faultOf([...wide.slice(0, 3), ...high], 3)).toMatch(
      /^expected a picture of at most 16\S* million pixels, got \d+$/,
    )
    expect(await faultOf(wide, 4)).toMatch(
      /^expected a picture of at most 4096 pixels in each direction, got \d+ x \d+$/,
    )
    expect((await fetch(`${server.url}/grid/small.png?delivery=still&show=counter/a`)).status).toBe(200)
  })

  test('that do not exist, are invalid, too many or circular are refused by name', async () => {
    expect(await problem('/shows/x.png?show=nope/a,counter/b?shade=999,shows/y')).toEqual({
      status: 400,
      detail: [
        'show: nope/a: there is no widget nope',
        'show: counter/b?shade=999: shade: expected a whole number from 0 to 255, got "999"',
        'show: shows/y: it embeds pictures itself',
      ].join('; '),
    })
    const many = Array.from({ length: 17 }, (_, index) => `counter/${index}`).join()
    expect(await problem(`/shows/x.png?show=${many}`)).toEqual({
      status: 400,
      detail: 'show: expected at most 16 pictures, got 17',
    })
  })
})
