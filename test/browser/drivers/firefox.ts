import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
import { endings } from './endings.ts'
import { COMMIT, Den, delay, poll } from './processes.ts'
import { screenOf } from './screen.ts'
import { RemoteSocket } from './socket.ts'

/** Where Debian puts it. */
const firefoxPath = (): string | undefined =>
  ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path))

const PREFERENCES = {
  // Off, because they are for automation: they change focus, timers and tab handling.
  'remote.prefs.recommended': false,
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.preonboarding.enabled': false,
  'browser.region.update.enabled': false,
  'browser.safebrowsing.blockedURIs.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage': 'about:blank',
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.usage.uploadEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'nimbus.rollouts.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'termsofuse.bypassNotification': true,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.unified': false,
}

/** Starts Firefox and drives it by WebDriver BiDi. */
export async function launchFirefox({
  javascript = true,
  dark = false,
  insecure = false,
}: BrowserOptions = {}): Promise<Browser> {
  const den = new Den()
  try {
    const profile = join(den.directory, 'profile')
    mkdirSync(profile)
    const preferences = Object.entries({
      ...PREFERENCES,
      'javascript.enabled': javascript,
      // 0: dark, 1: light.
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
    })
    const lines = preferences.map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)})`,
    )
    writeFileSync(join(profile, 'user.js'), lines.join(';\n').concat(';\n'))
    const firefox = den.start(
      firefoxPath() ?? 'firefox',
      ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', 'about:blank'],
      { MOZ_HEADLESS_WIDTH: '800', MOZ_HEADLESS_HEIGHT: '700', MOZ_CRASHREPORTER_DISABLE: '1' },
    )
    const [, address] = await firefox.says(/WebDriver BiDi listening on (ws:\S+)/)
    const remote = await RemoteSocket.connect(`${address}/session`, () => firefox.report())
    await remote.call('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: insecure } } })
    await remote.call('session.subscribe', { events: ['browsingContext'] })
    return {
      engine: 'firefox',
      async open(url, options) {
        const { context } = await remote.call<{ context: string }>('browsingContext.create', { type: 'tab' })
        const tab = new FirefoxTab(remote, context)
        await tab.goto(url, options)
        return tab
      },
      ...endings(remote, firefox, den, 'browser.close'),
    }
  } catch (error) {
    await den.clear()
    throw error
  }
}

// On a busy machine a screenshot sometimes fails while the window is being set up.
function unpainted(error: Error): undefined {
  if (!/Unable to capture screenshot/.test(error.message)) throw error
}

class FirefoxTab implements Tab {
  readonly #remote: RemoteSocket
  readonly #context: string

  constructor(remote: RemoteSocket, context: string) {
    this.#remote = remote
    this.#context = context
  }

  async goto(url: string, { wait = 'none' }: NavigateOptions = {}): Promise<void> {
    if (wait === 'load') await this.#call('navigate', { url, wait: 'complete' })
    else await this.#begin('navigate', { url, wait: 'none' })
  }

  async reload(): Promise<void> {
    await this.#begin('reload', { wait: 'none' })
  }

  async back(): Promise<void> {
    // The response shows it: a page from the back/forward cache commits no navigation.
    const gone = this.#call('traverseHistory', { delta: -1 })
    await Promise.race([gone, delay(COMMIT)])
    gone.catch(() => {})
  }

  async click(selector: string): Promise<void> {
    await this.activate()
    const element = await poll(
      () => this.#find(selector).catch(() => undefined),
      () => `Nothing to click on matches ${selector}`,
    )
    await this.evaluate(
      `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'nearest' })`,
    )
    const origin = { type: 'element', element }
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }
    await this.#remote.call('input.performActions', { context: this.#context, actions: [mouse] })
  }

  async press(key: Key): Promise<void> {
    await this.activate()
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value: KEY_CODES[key] }))
    const keyboard = { type: 'key', id: 'keyboard', actions }
    await this.#remote.call('input.performActions', { context: this.#context, actions: [keyboard] })
  }

  async evaluate<T>(expression: string): Promise<T> {
    // Awaits only promises: with scripts off plain expressions still work, but no promise ever settles.
    const json = `((v) => (v?.then ? v.then((w) => JSON.stringify(w)) : JSON.stringify(v)))(${expression})`
    const { result, exceptionDetails } = await this.#remote.call<{
      result: { value?: string }
      exceptionDetails?: { text: string }
    }>('script.evaluate', { expression: json, target: { context: this.#context }, awaitPromise: true })
    if (exceptionDetails) throw new Error(exceptionDetails.text)
    return (result.value === undefined ? undefined : JSON.parse(result.value)) as T
  }

  async screenshot(corner?: Size): Promise<Screen> {
    await this.activate()
    const params = corner && { clip: { type: 'box', x: 0, y: 0, ...corner } }
    const { data } = await poll(
      () => this.#call<{ data: string }>('captureScreenshot', params).catch(unpainted),
      () => 'No screenshot could be taken',
    )
    return screenOf(Buffer.from(data, 'base64'))
  }

  async activate(): Promise<void> {
    await this.#call('activate')
  }

  async close(): Promise<void> {
    await this.#call('close')
  }

  #call<T>(method: string, params: object = {}): Promise<T> {
    return this.#remote.call<T>(`browsingContext.${method}`, { context: this.#context, ...params })
  }

  async #find(selector: string): Promise<{ sharedId: string } | undefined> {
    const locator = { type: 'css', value: selector }
    const { nodes } = await this.#call<{ nodes: { sharedId: string }[] }>('locateNodes', {
      locator,
      maxNodeCount: 1,
    })
    return nodes[0] && { sharedId: nodes[0].sharedId }
  }

  async #begin(method: string, params: object): Promise<void> {
    const begun = this.#remote.saw(
      ({ method, params }) =>
        params.context === this.#context && /navigationCommitted|fragmentNavigated/.test(method),
      COMMIT,
    )
    const answered = this.#call(method, params)
    answered.catch(() => {})
    await begun
  }
}
