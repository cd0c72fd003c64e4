import { launchChromium } from './chromium.ts'
import type { Browser, BrowserOptions, Engine } from './driver.ts'
import { launchFirefox } from './firefox.ts'
import { launchWebkit } from './webkit.ts'

export type { Browser, BrowserOptions, Engine, Key, NavigateOptions, Screen, Size, Tab } from './driver.ts'

const LAUNCHERS = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebkit }

/** Starts one of the engines. */
export function launch(engine: Engine, options?: BrowserOptions): Promise<Browser> {
  return LAUNCHERS[engine](options)
}
