import { existsSync } from 'node:fs'
import { CHROMIUM, launchChromium } from './chromium.ts'
import type { Browser, BrowserOptions, Engine } from './driver.ts'
import { firefoxPath, launchFirefox } from './firefox.ts'
import { launchWebkit, miniBrowser, WEBKIT_DRIVER } from './webkit.ts'

export type { Browser, BrowserOptions, Engine, Key, NavigateOptions, Screen, Tab } from './driver.ts'

const LAUNCHERS = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebkit }

/** Starts one of the engines. */
export function launch(engine: Engine, options?: BrowserOptions): Promise<Browser> {
  return LAUNCHERS[engine](options)
}

/** The engines whose programs are on this machine. */
export function available(): Engine[] {
  const webkitParts = [WEBKIT_DRIVER, miniBrowser(), '/usr/bin/Xvfb', '/usr/bin/import']
  const found: Record<Engine, boolean> = {
    chromium: existsSync(CHROMIUM),
    firefox: firefoxPath() !== undefined,
    webkit: webkitParts.every((path) => path !== undefined && existsSync(path)),
  }
  return (Object.keys(found) as Engine[]).filter((engine) => found[engine])
}
