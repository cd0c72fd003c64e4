import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream } from '../support/stream-reader.ts'
import { untilPixel } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

/** More pictures than a browser opens connections to a host over HTTP/1.1. */
const ROOMS = Array.from({ length: 9 }, (_, index) => `counter/cell-${index}`)
const CELL = { width: 40, height: 20 }

let site: Site
let server: TestServer

beforeAll(async () => {
  site = await Site.start()
})
afterAll(() => site.close())
beforeEach(async () => {
  server = await startServer({ linger: 100 })
})
afterEach(async () => {
  await server.close()
})

describeEngines((engine) => {
  const stage = useBrowser(engine)

  test('nine pictures in one are live over one connection, and its viewer counts in all nine rooms', async () => {
    const url = `${server.url}/grid/x.png?columns=3&gap=0&show=${ROOMS.join()}`
    const size = { width: CELL.width * 3, height: CELL.height * 3 }
    const tab = await stage.open(site.page(img(url, size)))
    const pixelOf = (index: number): [number, number] => [
      (index % 3) * CELL.width + 5,
      Math.floor(index / 3) * CELL.height + 5,
    ]
    for (const index of ROOMS.keys()) await untilPixel(tab, ...pixelOf(index), [10, 0, 0])
    expect(server.imgcast.stats().connections).toBe(1)
    const counts = await Promise.all(
      ROOMS.map(async (room) => (await fetch(`${server.url}/${room}.json`)).json()),
    )
    expect(counts).toEqual(counts.map(() => expect.objectContaining({ connections: 1, visitors: 1 })))

    const other = await openStream(`${server.url}/counter/cell-4.png`, { headers: chromium })
    await untilPixel(tab, ...pixelOf(4), [20, 0, 0])
    await untilPixel(tab, ...pixelOf(5), [10, 0, 0])
    other.close()
    await untilPixel(tab, ...pixelOf(4), [10, 0, 0])

    await stage.close(tab)
    await eventually(() => expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0 }), {
      timeout: 30_000,
    })
  })
})
