import type { Browser, BrowserOptions, Key, NavigateOptions, Screen, Size, Tab } from './driver.ts'
import { endings } from './endings.ts'
import { COMMIT, Den, PATIENCE, poll } from './processes.ts'
import { screenOf } from './screen.ts'
import { RemoteSocket } from './socket.ts'

/** Where Debian puts it. */
const CHROMIUM = '/usr/bin/chromium'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The crash handler leaves the process group, so it would outlive the browser.
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--force-device-scale-factor=1',
  '--hide-scrollbars',
  '--window-size=800,700',
  '--remote-debugging-port=0',
]

/** Starts Chromium and drives it by the DevTools protocol. */
export async function launchChromium({
  javascript = true,
  dark = false,
  insecure = false,
}: BrowserOptions = {}): Promise<Browser> {
  const den = new Den()
  try {
    const chromium = den.start(CHROMIUM, [
      ...FLAGS,
      ...(insecure ? ['--ignore-certificate-errors'] : []),
      `--user-data-dir=${den.directory}/profile`,
      'about:blank',
    ])
    const [, address] = await chromium.says(/DevTools listening on (ws:\S+)/)
    const remote = await RemoteSocket.connect(address as string, () => chromium.report())
    return {
      engine: 'chromium',
      async open(url, options) {
        const { targetId } = await remote.call<{ targetId: string }>('Target.createTarget', {
          url: 'about:blank',
        })
        const attach = { targetId, flatten: true }
        const { sessionId } = await remote.call<{ sessionId: string }>('Target.attachToTarget', attach)
        const tab = new ChromiumTab(remote, targetId, sessionId)
        await remote.call('Page.enable', {}, sessionId)
        if (!javascript) await remote.call('Emulation.setScriptExecutionDisabled', { value: true }, sessionId)
        const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
        await remote.call('Emulation.setEmulatedMedia', { features }, sessionId)
        // A new tab is not in front by itself, and a hidden tab loads no lazy picture.
        await tab.activate()
        await tab.goto(url, options)
        return tab
      },
      ...endings(remote, chromium, den, 'Browser.close'),
    }
  } catch (error) {
    await den.clear()
    throw error
  }
}

interface HistoryState {
  currentIndex: number
  entries: { id: number }[]
}

// A screenshot requested while a page replaces another one is refused, or never returned.
const CAPTURE = 3000

function swapping(error: Error): undefined {
  if (!/Not attached to an active page|no answer in/.test(error.message)) throw error
}

class ChromiumTab implements Tab {
  readonly #remote: RemoteSocket
  readonly #target: string
  readonly #session: string

  constructor(remote: RemoteSocket, target: string, session: string) {
    this.#remote = remote
    this.#target = target
    this.#session = session
  }

  async goto(url: string, { wait = 'none' }: NavigateOptions = {}): Promise<void> {
    await this.#navigate('Page.navigate', { url }, wait)
  }

  async reload(): Promise<void> {
    await this.#navigate('Page.reload')
  }

  async back(): Promise<void> {
    const { currentIndex, entries } = await this.#call<HistoryState>('Page.getNavigationHistory')
    const entry = entries[currentIndex - 1]
    if (!entry) throw new Error('There is no page to go back to')
    await this.#navigate('Page.navigateToHistoryEntry', { entryId: entry.id })
  }

  async click(selector: string): Promise<void> {
    await this.activate()
    const [x, y] = await poll(
      () => this.#middleOf(selector).catch(() => undefined),
      () => `Nothing to click on matches ${selector}`,
    )
    const at = { x, y, button: 'left', clickCount: 1 }
    await this.#call('Input.dispatchMouseEvent', { ...at, type: 'mouseMoved', button: 'none' })
    await this.#call('Input.dispatchMouseEvent', { ...at, type: 'mousePressed' })
    await this.#call('Input.dispatchMouseEvent', { ...at, type: 'mouseReleased' })
  }

  async press(key: Key): Promise<void> {
    await this.activate()
    const code = { Tab: 9, Enter: 13 }[key]
    const event = { key, code: key, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code }
    // Enter acts on its character, which the other key has none of.
    const text = key === 'Enter' ? { text: '\r' } : {}
    await this.#call('Input.dispatchKeyEvent', {
      type: text.text ? 'keyDown' : 'rawKeyDown',
      ...event,
      ...text,
    })
    await this.#call('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#call<{
      result: { value: T }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  async screenshot(corner?: Size): Promise<Screen> {
    await this.activate()
    const clip = corner && { clip: { x: 0, y: 0, ...corner, scale: 1 } }
    const params = { format: 'png', ...clip }
    const { data } = await poll(
      () => this.#call<{ data: string }>('Page.captureScreenshot', params, CAPTURE).catch(swapping),
      () => 'No page became active',
    )
    return screenOf(Buffer.from(data, 'base64'))
  }

  async activate(): Promise<void> {
    await this.#call('Page.bringToFront')
  }

  async close(): Promise<void> {
    await this.#remote.call('Target.closeTarget', { targetId: this.#target })
  }

  #call<T>(method: string, params: object = {}, timeout?: number): Promise<T> {
    return this.#remote.call<T>(method, params, this.#session, timeout)
  }

  // The DOM domain, not page script: it also works where scripts are off.
  async #middleOf(selector: string): Promise<[number, number]> {
    const { root } = await this.#call<{ root: { nodeId: number } }>('DOM.getDocument')
    const { nodeId } = await this.#call<{ nodeId: number }>('DOM.querySelector', {
      nodeId: root.nodeId,
      selector,
    })
    await this.#call('DOM.scrollIntoViewIfNeeded', { nodeId })
    const { quads } = await this.#call<{ quads: number[][] }>('DOM.getContentQuads', { nodeId })
    const [x1 = 0, y1 = 0, , , x2 = 0, y2 = 0] = quads[0] as number[]
    return [(x1 + x2) / 2, (y1 + y2) / 2]
  }

  async #navigate(method: string, params: object = {}, wait: 'none' | 'load' = 'none'): Promise<void> {
    let begun = false
    const arrived = this.#remote.saw(
      (event) => {
        if (event.sessionId !== this.#session) return false
        if (event.method === 'Page.frameNavigated' && !event.params.frame.parentId) begun = true
        if (event.method === 'Page.navigatedWithinDocument') return true
        return begun && (wait === 'none' || event.method === 'Page.loadEventFired')
      },
      wait === 'load' ? PATIENCE : COMMIT,
    )
    const answered = this.#call<{ errorText?: string }>(method, params)
    // Its response waits for the new document, so a silent server would make it fail a minute later.
    answered.catch(() => {})
    if (wait === 'none') return void (await arrived)
    const { errorText } = await answered
    if (errorText) throw new Error(`${method} ${JSON.stringify(params)}: ${errorText}`)
    if (!(await arrived)) throw new Error(`${JSON.stringify(params)} never finished loading`)
  }
}
