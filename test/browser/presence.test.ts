import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Tab } from './drivers/index.ts'
import { type Colour, expectStays, untilFilled } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const COUNTER = { width: 40, height: 20 }
/** How long Firefox holds back a second request for the URL of an open stream. */
const CACHE_LOCK = 20_000
/** So seldom that no test lives to see one: a minute is the most there is. */
const NEVER = 60_000

let site: Site
let server: TestServer
let rooms = 0
const sockets = new Set<Socket>()

beforeAll(async () => {
  site = await Site.start()
})
afterEach(async () => {
  // Browsers keep connections of closed tabs: a test begins with nobody watching.
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await untilConnections(0)
})
afterAll(() => site.close())

/** Starts a server before the tests of a suite. */
function useServer(heartbeat: number): void {
  beforeAll(async () => {
    server = await startServer({ heartbeat, linger: 100 })
    server.server.on('connection', (socket) => sockets.add(socket))
  })
  afterAll(async () => {
    await server.close()
  })
}

/** A room of its own, so that no test sees another's leavers. */
function counterUrl(format = 'png'): string {
  rooms += 1
  return `${server.url}/counter/room-${rooms}.${format}?count=connections`
}

/** Waits until the counter on a page shows this number of connections. */
async function untilCounts(tab: Tab, count: number): Promise<void> {
  const colour: Colour = [count * 10, 0, 0]
  await untilFilled(tab, COUNTER, colour, 4)
}

async function untilConnections(count: number): Promise<void> {
  await eventually(() => expect(server.imgcast.stats().connections).toBe(count), { timeout: 30_000 })
}

describeEngines((engine) => {
  const stage = useBrowser(engine)

  describe('without heartbeats', () => {
    useServer(NEVER)

    test.each(['png', 'jpg'])(
      '%s: a tab that is closed is counted out on the other one’s screen',
      async (format) => {
        const page = site.page(img(counterUrl(format), COUNTER))
        const staying = await stage.open(page)
        await untilCounts(staying, 1)
        const leaving = await stage.open(page)
        await untilCounts(leaving, 2)
        await untilCounts(staying, 2)
        await stage.close(leaving)
        await untilCounts(staying, 1)
      },
    )

    test('one picture in two tabs and after a reload is live everywhere', async () => {
      const page = site.page(img(counterUrl(), COUNTER))
      const first = await stage.open(page)
      await untilCounts(first, 1)
      const start = performance.now()
      const second = await stage.open(page)
      await untilCounts(second, 2)
      expect(performance.now() - start).toBeLessThan(CACHE_LOCK / 2)
      await untilCounts(first, 2)

      // To the front first: no engine loads a lazy picture in a hidden tab.
      await second.activate()
      const again = performance.now()
      await second.reload()
      await untilCounts(second, 2)
      expect(performance.now() - again).toBeLessThan(CACHE_LOCK / 2)
      await stage.close(first)
      await untilCounts(second, 1)
    })

    test('one picture twice in a page is live in both places', async () => {
      const picture = img(counterUrl(), { width: COUNTER.width, height: COUNTER.height / 2 })
      const tab = await stage.open(site.page(picture + picture))
      await eventually(() => expect(server.imgcast.stats().connections).toBeGreaterThan(0))
      await untilCounts(tab, server.imgcast.stats().connections)
      // Nor is the mark of a stale picture there a moment later: WebKit plays one animation for both.
      const { connections } = server.imgcast.stats()
      for (const y of [1, 11])
        await expectStays(tab, [COUNTER.width - 3, y + 6], [connections * 10, 0, 0], { tolerance: 4 })
    })
  })

  describe('with heartbeats', () => {
    useServer(500)

    test('webp: a tab that is closed is counted out on the other one’s screen', async () => {
      const page = site.page(img(counterUrl('webp'), COUNTER))
      const staying = await stage.open(page)
      await untilCounts(staying, 1)
      const leaving = await stage.open(page)
      await untilCounts(leaving, 2)
      await untilCounts(staying, 2)
      await stage.close(leaving)
      await untilCounts(staying, 1)
    })

    test('the page’s load event fires while the picture streams', async () => {
      const beacon = site.beacon()
      const page = img(counterUrl(), COUNTER)
      const tab = await stage.open(site.page(page, { body: `onload="new Image().src = '${beacon}'"` }))
      await site.untilRequested(beacon)
      await untilCounts(tab, 1)
      const another = await stage.open(site.page(page))
      await untilCounts(another, 2)
      await untilCounts(tab, 2)
      await stage.close(another)
      await untilCounts(tab, 1)
    })

    test('the page’s load event does not wait for a slow widget', async () => {
      const beacon = site.beacon()
      const slow = `${server.url}/slow/main.png?wait=600s`
      await stage.open(
        site.page(img(slow, { width: 120, height: 40 }), { body: `onload="new Image().src = '${beacon}'"` }),
      )
      await site.untilRequested(beacon)
      await untilConnections(1)
    })
  })
})
