import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openStream } from '../support/stream-reader.ts'
import type { Tab } from './drivers/index.ts'
import { untilPixel } from './support/pixels.ts'
import { reactScript, ScriptPages } from './support/script-pages.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

/** As longer than a busy machine takes for a restart, or for three failures. */
const PATIENCE = { timeout: 40_000 }

let pages: ScriptPages
const reacts = new Map<number, string>()

beforeAll(async () => {
  pages = new ScriptPages()
  await pages.start()
  for (const version of [18, 19] as const) {
    reacts.set(
      version,
      await reactScript(
        version,
        `const root = createRoot(document.querySelector('main'))
        const wait = (time = 5) => new Promise((resolve) => setTimeout(resolve, time))
        window.show = (props) => root.render(props && React.createElement(LiveImage, { loading: 'eager', ...props }))
        window.churn = async () => {
          for (let turn = 0; turn < 50; turn += 1) {
            window.show({ key: turn, src: '/live/counter/churn-' + (turn % 3) + '.png' })
            await wait()
            window.show({ key: turn, src: '/live/counter/churn-' + (turn % 5) + '.png?shade=9' })
            await wait()
            window.show(undefined)
          }
          window.show({ src: '/live/counter/churn.png' })
        }
        window.resize = async () => {
          const main = document.querySelector('main')
          for (let turn = 0; turn < 20; turn += 1) {
            main.style.width = 60 + turn * 60 + 'px'
            window.show({ src: '/live/ticker/box.png', width: 40, height: 20, resolution: [100, 200, 400], style: { width: '100%' } })
            await wait(20)
          }
        }`,
      ),
    )
  }
})
afterAll(() => pages.stop())

const connections = () => pages.imgcast?.stats().connections ?? 0
const untilConnections = (count: number) => eventually(() => expect(connections()).toBe(count), PATIENCE)
const untilSockets = (count: number) =>
  eventually(async () => expect(await pages.sockets()).toBe(count), PATIENCE)
/** The lines of docs/spa.md that end an `<img>` by a script. */
const LET_GO = /lets go\n[^#]*?```js\n(.*?)```/s.exec(readFileSync('docs/spa.md', 'utf8'))?.[1]
/** An attribute of the picture inside an element. */
const inside = (tab: Tab, expression: string) =>
  tab.evaluate<string>(
    `(() => { const root = document.querySelector('live-img').shadowRoot; return ${expression} })()`,
  )

describeEngines((engine) => {
  const stage = useBrowser(engine)

  test('all pictures of a page come over one WebSocket under a strict policy, in a shadow tree too, and after a restart', async () => {
    const many = Array.from(
      { length: 10 },
      (_, index) => `<live-img src="/live/counter/many-${index}.png" alt="Readers"></live-img>`,
    ).join('')
    const tab = await stage.open(
      pages.page(
        `${many}<br><div></div>`,
        `const inner = document.createElement('live-img')
        inner.src = '/live/counter/inner.png?shade=200'
        document.querySelector('div').attachShadow({ mode: 'open' }).append(inner)`,
      ),
    )
    await untilPixel(tab, 13, 13, [10, 0, 0])
    await untilConnections(11)
    await untilSockets(1)
    expect(
      await inside(tab, "[root.querySelector('img').alt, root.querySelector('span').textContent].join()"),
    ).toBe('Readers,Counter')
    expect(await inside(tab, 'root.host.getBoundingClientRect().width')).toBe(40)
    await pages.stop()
    await pages.start()
    await untilConnections(11)
    await untilPixel(tab, 13, 13, [10, 0, 0])
    await tab.evaluate("void document.querySelectorAll('live-img, div').forEach((each) => each.remove())")
    await untilConnections(0)
    await untilSockets(0)
  })

  test('a picture that is off the screen or in a hidden tab pauses and counts, and is live when it is seen again', async () => {
    const tab = await stage.open(
      pages.page(
        '<live-img src="/live/ticker/far.png"></live-img>' +
          // High before any script runs: a style would need a policy that is less strict.
          '<br>'.repeat(300) +
          '<live-img loading="lazy" src="/live/counter/lazy.png"></live-img>',
        `window.sent = []
        const { send } = WebSocket.prototype
        WebSocket.prototype.send = function (text) { window.sent.push(Object.keys(JSON.parse(text))[0]); send.call(this, text) }`,
      ),
    )
    const untilSent = (action: string, times: number) =>
      eventually(
        async () =>
          expect(await tab.evaluate(`window.sent.filter((each) => each === '${action}').length`)).toBe(times),
        PATIENCE,
      )
    // As a tab behind another one: engines differ in when a driver's tab is hidden.
    const hide = (isHidden: boolean) =>
      tab.evaluate(
        `void (Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }), document.dispatchEvent(new Event('visibilitychange')))`,
      )
    await untilConnections(1)
    await tab.evaluate('void window.scrollTo(0, document.documentElement.scrollHeight)')
    await untilSent('pause', 1)
    await untilConnections(2)
    await tab.evaluate('void window.scrollTo(0, 0)')
    await untilSent('resume', 1)
    await untilSent('pause', 2)
    await hide(true)
    await untilSent('pause', 3)
    expect(connections()).toBe(2)
    await hide(false)
    await untilSent('resume', 2)
    await hide(true)
    await untilSent('pause', 4)
    // Unless it is told not to.
    await tab.evaluate("void document.querySelector('live-img').setAttribute('background', 'play')")
    await untilSent('resume', 3)
    await tab.evaluate("void document.querySelector('live-img').setAttribute('background', 'leave')")
    await untilSent('unsubscribe', 1)
    await untilConnections(1)
    await stage.close(tab)
    await untilConnections(0)
  })

  test('a server that no longer responds on an open socket is noticed, and its picture is marked until it is back', async () => {
    const tab = await stage.open(
      pages.page(
        '<live-img src="/live/counter/silent.png"></live-img>',
        // Silence takes a fraction of a second, and a network that is gone swallows what is sent.
        `window.asked = 0
        const { setTimeout } = window
        window.setTimeout = (step, time) => setTimeout(step, time === 15000 ? 150 : time)
        const { send } = WebSocket.prototype
        WebSocket.prototype.send = function (text) {
          if (window.isGone) return
          window.asked += text.includes('"subscribe"')
          send.call(this, text)
        }`,
      ),
    )
    await untilPixel(tab, 13, 13, [10, 0, 0])
    const isStale = (value: boolean) =>
      eventually(
        async () =>
          expect(await tab.evaluate("document.querySelector('live-img').hasAttribute('stale')")).toBe(value),
        PATIENCE,
      )
    // The first timer was set before the script that shortens it: another frame sets one.
    const other = await openStream(`${pages.url}/live/counter/silent.png`)
    await eventually(async () => expect(await tab.evaluate('window.asked')).toBeGreaterThan(3), PATIENCE)
    await isStale(false)
    other.close()
    await tab.evaluate('void (window.isGone = true)')
    await isStale(true)
    await tab.evaluate('void (window.isGone = false)')
    await isStale(false)
    await untilPixel(tab, 13, 13, [10, 0, 0])
    // Without a picture there are no words of one.
    await tab.evaluate("void document.querySelector('live-img').removeAttribute('src')")
    expect(await inside(tab, "root.querySelector('span').textContent")).toBe('')
  })

  test('without WebSockets the pictures are streamed after three failures, and leave nothing behind', async () => {
    pages.hasSockets = false
    try {
      const tab = await stage.open(
        pages.page(
          '<live-img src="/live/counter/streamed.png"></live-img><live-img src="/live/counter/x.svg"></live-img>',
        ),
      )
      await untilPixel(tab, 13, 13, [10, 0, 0])
      expect(connections()).toBe(1)
      await tab.evaluate("void document.querySelectorAll('live-img').forEach((each) => each.remove())")
      await untilConnections(0)
    } finally {
      pages.hasSockets = true
    }
  })

  test.each([18, 19])(
    'React %i: one socket is left after 50 mounts, and 20 sizes of a box',
    async (version) => {
      const tab = await stage.open(pages.page('<main></main>', reacts.get(version)))
      await eventually(
        async () => expect(await tab.evaluate('typeof window.churn')).toBe('function'),
        PATIENCE,
      )
      await tab.evaluate('window.churn()')
      await untilPixel(tab, 13, 13, [10, 0, 0])
      await untilConnections(1)
      await untilSockets(1)
      await tab.evaluate('window.resize()')
      await eventually(
        async () =>
          expect(await inside(tab, "root.host.getAttribute('src')")).toBe(
            '/live/ticker/box.png?width=400&height=200',
          ),
        PATIENCE,
      )
      await untilConnections(1)
      await untilSockets(1)
      await tab.evaluate('window.show(undefined)')
      await untilSockets(0)
    },
  )

  // Where such a socket has an error and no close.
  if (engine === 'chromium')
    test('a page whose policy forbids WebSockets has its pictures streamed', async () => {
      pages.allowsSockets = false
      try {
        const tab = await stage.open(pages.page('<live-img src="/live/counter/forbidden.png"></live-img>'))
        await untilPixel(tab, 13, 13, [10, 0, 0])
        await stage.close(tab)
        await untilConnections(0)
      } finally {
        pages.allowsSockets = true
      }
    })

  // Not in WebKit, where a stream ends only with its document, as docs/spa.md says. Firefox is in the tests of leavers.
  if (engine === 'chromium')
    test('an <img> that a script ends as docs/spa.md says leaves no socket, and one that it only removes leaves its own', async () => {
      const tab = await stage.open(
        pages.page(
          '<img src="/live/counter/plain.png"><img src="/live/counter/kept.png">',
          `window.letGo = (img) => {\n${LET_GO}}`,
        ),
      )
      await untilPixel(tab, 13, 13, [10, 0, 0])
      await untilSockets(2)
      await tab.evaluate("void document.querySelector('img').remove()")
      await tab.evaluate("void window.letGo(document.querySelector('img'))")
      await untilSockets(1)
      expect(await tab.evaluate('document.images.length')).toBe(0)
      await stage.close(tab)
      await untilSockets(0)
    })
})
