import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type RunningServer, serveCommand } from '../support/command.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import type { Screen, Tab } from './drivers/index.ts'
import { type Colour, isColour, LOSSY, type Point, untilScreen } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIZE = { width: 40, height: 20 }

// One below the other, each with a colour of which something stays the same in all of its frames.
const PICTURES: readonly { path: string; colour: Colour; tolerance: Colour }[] = [
  { path: '/counter/a.png?shade=200', colour: [10, 200, 0], tolerance: [0, 0, 0] },
  { path: '/counter/b.jpg?shade=150', colour: [10, 150, 0], tolerance: [LOSSY, LOSSY, LOSSY] },
  { path: '/counter/c.webp?shade=100', colour: [10, 100, 0], tolerance: [LOSSY, LOSSY, LOSSY] },
  // These change twenty times a second, so that the end comes in the middle of something.
  { path: '/ticker/a.png', colour: [0, 0, 128], tolerance: [255, 255, 0] },
  { path: '/ticker/b.jpg', colour: [0, 0, 128], tolerance: [255, 255, LOSSY] },
]

let site: Site
let command: RunningServer | undefined

beforeAll(async () => {
  site = await Site.start()
})
afterEach(() => {
  command?.child.kill('SIGKILL')
})
afterAll(() => site.close())

describeEngines((engine) => {
  const stage = useBrowser(engine)

  test('a stopping server leaves every last picture on screen', async () => {
    const running = await serveCommand([
      '--log-level',
      'silent',
      '--live-per-browser',
      '0',
      '--widgets',
      fileURLToPath(FIXTURE_WIDGETS),
    ])
    command = running
    const tags = PICTURES.map(({ path }) => img(running.url + path, SIZE))
    const tab = await stage.open(site.page(tags.join('')))
    await untilScreen(
      tab,
      (screen) => wrongPictures(screen).length === 0,
      (screen) => `not shown: ${wrongPictures(screen)}`,
    )
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
    await expectAllStay(tab)
  })
})

/** The paths of the pictures that are not there, from corner to corner. */
function wrongPictures(screen: Screen): string[] {
  return PICTURES.filter(({ colour, tolerance }, index) => {
    const top = index * SIZE.height
    const points: Point[] = [
      [1, top + 1],
      [SIZE.width - 2, top + SIZE.height - 2],
    ]
    return points.some((point) => !isColour(screen, point, colour, tolerance))
  }).map(({ path }) => path)
}

async function expectAllStay(tab: Tab): Promise<void> {
  const end = performance.now() + 1000
  do expect(wrongPictures(await tab.screenshot())).toEqual([])
  while (performance.now() < end)
}
