import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { describeWith } from '../support/tools.ts'
import type { Tab } from './drivers/index.ts'
import { untilScreen } from './support/pixels.ts'
import { Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIZE = 'width="120" height="140" alt=""'
const SINK = '<iframe name="sink" hidden></iframe>'
/** The middle of each square. */
const SQUARES = [27, 61, 96].flatMap((y) => [26, 60, 94].map((x) => [x, y] as const))
const NO_SCRIPT = { javascript: false }
const PATIENCE = { timeout: 20_000 }

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

const read = async (path: string) =>
  (await fetch(server.url + path)).json() as Promise<Record<string, unknown>>

/** Waits until the cross of a square is on screen, at the top left of a picture. */
async function untilCrossed(tab: Tab, square: number, [left, top] = [0, 0]): Promise<void> {
  const [x, y] = SQUARES[square] as readonly [number, number]
  await untilScreen(
    tab,
    // An arm of the cross, beside the winner's line: blue on a dark card.
    (screen) => {
      const [red, , blue] = screen.pixel(left + x - 5, top + y - 5)
      return blue - red > 60
    },
    (screen) => `no cross in square ${square}: ${screen.pixel(left + x, top + y)}`,
  )
}

describeEngines((engine) => {
  const stage = useBrowser(engine, NO_SCRIPT)

  test('a click by ismap, an image button, a link and a form reach the widget, and all pictures stay live', async () => {
    const picture = (key: string) => `${server.url}/tictactoe/${key}`
    const look = 'width=120&amp;height=140'
    const tab = await stage.open(
      site.page(`${SINK}<a id="map" href="${picture('map')}/click?${look}" target="sink"><img ismap src="${picture('map')}.png?${look}&amp;scale=2" ${SIZE} style="display:block"></a>
        <form action="${picture('button')}/click?${look}" method="post" target="sink"><input id="button" type="image" src="${picture('button')}.png?${look}" ${SIZE}></form>
        <a id="link" href="${picture('map')}/click/1" target="sink">one</a>
        <form action="${server.url}/guestbook/a/click" method="post" target="sink"><input name="text" value="hello"><button id="send">Send</button></form>`),
      { wait: 'none' },
    )
    await eventually(() => expect(server.imgcast.stats().connections).toBe(2), PATIENCE)
    await tab.click('#map img')
    await untilCrossed(tab, 4)
    expect(await read('/tictactoe/map.json')).toMatchObject({
      turn: 'O',
      board: [null, null, null, null, 'X', null, null, null, null],
    })
    // Out of turn: the reason arrives in the frame, and the pictures below go on.
    await tab.click('#map img')
    await tab.click('#button')
    await eventually(
      async () => expect((await read('/tictactoe/button.json')).board).toContain('X'),
      PATIENCE,
    )
    expect(await read('/tictactoe/button.json')).toMatchObject({
      board: [null, null, null, null, 'X', null, null, null, null],
    })
    await tab.click('#send')
    await eventually(
      async () => expect(await read('/guestbook/a.json')).toMatchObject({ signed: 1 }),
      PATIENCE,
    )
    // Another reader's move is still shown, in the page that was clicked on.
    await fetch(`${picture('map')}/click/9`)
    await tab.click('#link')
    await untilCrossed(tab, 0)
    expect(server.imgcast.stats().connections).toBe(2)
  })
})

describeWith(['chromium', 'firefox'], 'two browsers without script', () => {
  const [one, other] = [useBrowser('chromium', NO_SCRIPT), useBrowser('firefox', NO_SCRIPT)]

  test('play a whole game of tic-tac-toe, and both see every move and the winner', async () => {
    const game = `${server.url}/tictactoe/match`
    const look = 'width=120&amp;height=140'
    const links = Array.from(
      { length: 9 },
      (_, index) => `<a id="s${index + 1}" href="${game}/click/${index + 1}" target="sink">${index + 1}</a> `,
    )
    const page = site.page(
      `${SINK}<a id="map" href="${game}/click?${look}" target="sink"><img ismap src="${game}.png?${look}" ${SIZE} style="display:block"></a>${links.join('')}`,
    )
    const tabs = [await one.open(page, { wait: 'none' }), await other.open(page, { wait: 'none' })] as const
    await eventually(() => expect(server.imgcast.stats().connections).toBe(2), PATIENCE)
    const board = async () =>
      ((await read('/tictactoe/match.json')).board as string[]).map((mark) => mark ?? ' ').join('')
    const moves = [
      [0, '#map img', 'X', 4],
      [1, '#s1', 'O', 0],
      [0, '#s3', 'X', 2],
      [1, '#s2', 'O', 1],
      [0, '#s7', 'X', 6],
    ] as const
    for (const [player, selector, mark, square] of moves) {
      await tabs[player].click(selector)
      await eventually(async () => expect((await board())[square]).toBe(mark[0]), PATIENCE)
      if (mark !== 'O') for (const tab of tabs) await untilCrossed(tab, square)
    }
    expect(await read('/tictactoe/match.json')).toMatchObject({ winner: 'X', line: [2, 4, 6] })
    await tabs[1].click('#map img')
    await eventually(async () => expect(await board()).toBe(' '.repeat(9)), PATIENCE)
    expect(server.imgcast.stats().connections).toBe(2)
  })
})
