import { existsSync, readdirSync } from 'node:fs'
import {
  type Browser,
  type BrowserOptions,
  KEY_CODES,
  type Key,
  type NavigateOptions,
  type Screen,
  type Size,
  type Tab,
} from './driver.ts'
import { COMMIT, Den, freePort, PATIENCE, poll } from './processes.ts'
import { type Area, areaOf, screenOfPixels } from './screen.ts'
import { isTimeout, Session } from './webdriver.ts'
import { XServer } from './x-server.ts'

/** Where Debian puts the driver. */
const WEBKIT_DRIVER = '/usr/bin/WebKitWebDriver'

/** Where Debian puts the browser that comes with the driver. */
function miniBrowser(): string | undefined {
  const libraries = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`)
  const versions = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']
  const paths = libraries.flatMap((library) => versions.map((version) => `${library}/${version}/MiniBrowser`))
  return paths.find((path) => existsSync(path))
}

const WIDTH = 800
const HEIGHT = 650
/**
 * The driver never answers a command now and then whose document is being replaced just then (one in some hundred
 * navigations), and works on when it is asked again.
 */
const ANSWER_PATIENCE = 5_000
const ANSWER_TURNS = 6
/** Milliseconds without a change after which the window counts as at rest. */
const AT_REST = 1_000
const MARK = [250, 19, 199] as const
const MARK_PAGE = `data:text/html,<title>-</title><body style="background:rgb(${MARK.join()})">`

/** Starts WebKitGTK's MiniBrowser on an X server of its own and drives it by WebDriver. */
export async function launchWebkit({ javascript = true }: BrowserOptions = {}): Promise<Browser> {
  const den = new Den()
  try {
    const size = `${WIDTH}x${HEIGHT}x24`
    const xvfb = den.start('Xvfb', ['-displayfd', '1', '-screen', '0', size, '-nolisten', 'tcp'], {}, 'TERM')
    const [, number] = await xvfb.says(/^(\d+)$/m)
    const display = `:${number}`
    const port = await freePort()
    const environment = {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      XDG_RUNTIME_DIR: den.directory,
      NO_AT_BRIDGE: '1',
    }
    const driver = den.start(WEBKIT_DRIVER, [`--port=${port}`], environment)
    const args = ['--automation', '--full-screen', `--enable-javascript=${javascript}`]
    const session = await Session.start(
      `http://127.0.0.1:${port}`,
      // The default strategy holds every command until the load event, which an open stream keeps from coming.
      { pageLoadStrategy: 'none', 'webkitgtk:browserOptions': { binary: miniBrowser(), args } },
      () => driver.report(),
    )
    // Without a window manager a full-screen window keeps its own size.
    await session.send('POST', '/window/rect', { x: 0, y: 0, width: WIDTH, height: HEIGHT })
    const desk = new Desk(session, await XServer.connect(display))
    await desk.calibrate()
    return {
      engine: 'webkit',
      async open(url, options) {
        const tab = new WebkitTab(desk, await desk.addTab())
        try {
          await tab.activate()
          await tab.goto(url, options)
          return tab
        } catch (error) {
          // A tab that stays makes the row of tabs too long for those after it.
          await tab.close().catch(() => {})
          throw error
        }
      },
      async close() {
        await session.send('DELETE', '').catch(() => {})
        desk.close()
        await den.clear()
      },
      async kill() {
        desk.close()
        await den.clear()
      },
    }
  } catch (error) {
    await den.clear()
    throw error
  }
}

/** The one full-screen window with its row of tabs. */
class Desk {
  readonly session: Session
  readonly #screen: XServer
  readonly #tabs: string[] = []
  #viewport: Area | undefined

  constructor(session: Session, screen: XServer) {
    this.session = session
    this.#screen = screen
  }

  // The row of tabs shows from the second tab on, so two tabs stay open for good: the viewport never moves
  // again, and closing the last of the others does not end the browser.
  async calibrate(): Promise<void> {
    const home = await this.session.send<string>('GET', '/window')
    this.#tabs.push(home)
    await this.session.sendTo(home, 'POST', '/url', { url: MARK_PAGE })
    await this.addTab()
    let before: Area | undefined
    let since = performance.now()
    this.#viewport = await poll(
      async () => {
        const area = areaOf(await this.#takeScreen({ x: 0, y: 0, width: WIDTH, height: HEIGHT }), MARK)
        if (JSON.stringify(area) !== JSON.stringify(before)) since = performance.now()
        before = area
        // The row of tabs slides in: a viewport that was measured meanwhile is too high, and no click hits a tab.
        const isAtRest = performance.now() - since > AT_REST
        return area && isAtRest && area.y > 0 && area.y + area.height === HEIGHT ? area : undefined
      },
      () => `The viewport never showed its mark, last seen at ${JSON.stringify(before)}`,
    )
  }

  async addTab(): Promise<string> {
    // By way of the first tab, for no tab can be opened while the session's current one is a closed one.
    const home = this.#tabs[0] as string
    const { handle } = await this.session.sendTo<{ handle: string }>(home, 'POST', '/window/new', {
      type: 'tab',
    })
    this.#tabs.push(handle)
    return handle
  }

  async closeTab(tab: string): Promise<void> {
    await this.session.sendTo(tab, 'DELETE', '/window')
    this.#tabs.splice(this.#tabs.indexOf(tab), 1)
  }

  // WebDriver's own switch leaves the row of tabs alone, so the tab is clicked on as a person would.
  async activate(tab: string): Promise<void> {
    const place = (this.#tabs.indexOf(tab) + 0.5) / this.#tabs.length
    const at: [number, number] = [Math.round(place * WIDTH), Math.floor((this.#viewport?.y ?? 0) / 2)]
    let asked = 0
    await poll(
      async () => {
        const state = await this.session
          .evaluate(tab, 'document.visibilityState', ANSWER_PATIENCE)
          .catch(() => 'unknown')
        if (state === 'visible') return true
        // Out of the way afterwards: a pointer at rest over a tab brings up its tooltip.
        if (asked++ % 50 === 0) await this.#screen.click(at, [WIDTH - 1, HEIGHT - 1])
        return undefined
      },
      () => 'The tab did not come to the front',
    )
  }

  async screenshot(corner?: Size): Promise<Screen> {
    return this.#takeScreen({ ...(this.#viewport as Area), ...corner })
  }

  // WebDriver's own screenshot never returns in WebKitGTK 2.50.
  async #takeScreen(area: Area): Promise<Screen> {
    return screenOfPixels(await this.#screen.image(area), area)
  }

  close(): void {
    this.#screen.close()
  }
}

class WebkitTab implements Tab {
  readonly #desk: Desk
  readonly #handle: string

  constructor(desk: Desk, handle: string) {
    this.#desk = desk
    this.#handle = handle
  }

  async goto(url: string, { wait = 'none' }: NavigateOptions = {}): Promise<void> {
    await this.#navigate('/url', { url }, wait)
  }

  async reload(): Promise<void> {
    await this.#navigate('/refresh')
  }

  async back(): Promise<void> {
    await this.#navigate('/back')
  }

  async click(selector: string): Promise<void> {
    await this.activate()
    const element = await poll(
      () => this.#desk.session.find(this.#handle, selector, ANSWER_PATIENCE).catch(() => undefined),
      () => `Nothing to click on matches ${selector}`,
    )
    await this.#desk.session.sendTo(this.#handle, 'POST', `/element/${element}/click`)
  }

  async press(key: Key): Promise<void> {
    await this.activate()
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value: KEY_CODES[key] }))
    const keyboard = { type: 'key', id: 'keyboard', actions }
    await this.#desk.session.sendTo(this.#handle, 'POST', '/actions', { actions: [keyboard] })
  }

  async evaluate<T>(expression: string): Promise<T> {
    const ask = () => this.#desk.session.evaluate<T>(this.#handle, expression, ANSWER_PATIENCE)
    for (let turn = 1; turn < ANSWER_TURNS; turn += 1) {
      try {
        return await ask()
      } catch (error) {
        if (!isTimeout(error)) throw error
      }
    }
    return ask()
  }

  async screenshot(corner?: Size): Promise<Screen> {
    await this.activate()
    return this.#desk.screenshot(corner)
  }

  async activate(): Promise<void> {
    await this.#desk.activate(this.#handle)
  }

  async close(): Promise<void> {
    await this.#desk.closeTab(this.#handle)
  }

  async #navigate(path: string, body: object = {}, wait: 'none' | 'load' = 'none'): Promise<void> {
    const { session } = this.#desk
    const root = await session.find(this.#handle, ':root', ANSWER_PATIENCE).catch(() => undefined)
    await session.sendTo(this.#handle, 'POST', path, body)
    // The old document's root goes stale in the moment the new document takes its place.
    const begun = poll(
      () =>
        session.sendTo(this.#handle, 'GET', `/element/${root}/name`, undefined, ANSWER_PATIENCE).then(
          () => undefined,
          () => true,
        ),
      () => `${path} ${JSON.stringify(body)} never began a document`,
      wait === 'load' ? PATIENCE : COMMIT,
    )
    if (wait === 'none') return void (await begun.catch(() => {}))
    await begun
    await poll(
      async () => (await this.evaluate('document.readyState').catch(() => '')) === 'complete' || undefined,
      () => `${JSON.stringify(body)} never finished loading`,
    )
  }
}
