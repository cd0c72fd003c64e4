import { afterAll, afterEach, beforeAll } from 'vitest'
import { describeWith } from '../../support/tools.ts'
import {
  type Browser,
  type BrowserOptions,
  type Engine,
  launch,
  type NavigateOptions,
  type Tab,
} from '../drivers/index.ts'

/** What each engine takes, by its names in scripts/test-tools.mjs. */
const TOOLS: Record<Engine, string[]> = {
  chromium: ['chromium'],
  firefox: ['firefox'],
  webkit: ['webkit', 'xvfb'],
}

/** Runs a suite once in every engine; one that is not there is skipped with the reason, and fails under CI. */
export function describeEngines(suite: (engine: Engine) => void): void {
  for (const engine of Object.keys(TOOLS) as Engine[]) {
    describeWith(TOOLS[engine], engine, () => suite(engine))
  }
}

/** One browser for all the tests of a suite; its tabs are closed after each of them. */
export interface Stage {
  readonly engine: Engine
  /** Opens a tab in front of the others. */
  open(url: string, options?: NavigateOptions): Promise<Tab>
  /** Closes a tab before its test ends. */
  close(tab: Tab): Promise<void>
}

/** Starts a browser before the tests of the suite this is called in, and quits it after them. */
export function useBrowser(engine: Engine, options?: BrowserOptions): Stage {
  const tabs = new Set<Tab>()
  let browser: Browser | undefined

  beforeAll(async () => {
    browser = await launch(engine, options)
  })
  afterEach(async () => {
    for (const tab of tabs) {
      tabs.delete(tab)
      await tab.close()
    }
  })
  afterAll(async () => {
    await browser?.close()
  })
  return {
    engine,
    async open(url, navigation) {
      if (!browser) throw new Error(`${engine} was never started`)
      const tab = await browser.open(url, navigation)
      tabs.add(tab)
      return tab
    },
    async close(tab) {
      tabs.delete(tab)
      await tab.close()
    },
  }
}
