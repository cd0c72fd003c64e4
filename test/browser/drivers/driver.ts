/** The three browser engines that people look at pictures with. */
export type Engine = 'chromium' | 'firefox' | 'webkit'

/** How a browser is started. */
export interface BrowserOptions {
  /** Whether pages may run scripts. @default true */
  javascript?: boolean
  /** Whether the reader prefers dark pages. WebKit has no such setting, and stays light. @default false */
  dark?: boolean
  /** Whether certificates that nothing vouches for are accepted. Not in WebKit. @default false */
  insecure?: boolean
}

/** How long a navigation is waited for: until the new document has begun ('none'), or until its load event. */
export interface NavigateOptions {
  wait?: 'none' | 'load'
}

/** One running browser with a fresh profile. */
export interface Browser {
  readonly engine: Engine
  /** Opens a new tab in front of the others and navigates it. */
  open(url: string, options?: NavigateOptions): Promise<Tab>
  /** Quits in good order, then removes its processes and its profile. */
  close(): Promise<void>
  /** Kills the whole process tree with SIGKILL, as a crash would. */
  kill(): Promise<void>
}

/** The keys that pages are walked through with. */
export type Key = 'Tab' | 'Enter'

/** How WebDriver writes the keys: as code points for private use (WebDriver, section 17.4.2). */
export const KEY_CODES: Record<Key, string> = { Tab: '\uE004', Enter: '\uE007' }

/** One tab of a browser. */
export interface Tab {
  /** Navigates; without `wait: 'load'`, a server that never responds is not an error. */
  goto(url: string, options?: NavigateOptions): Promise<void>
  /** Reloads the page, without waiting for its load event. */
  reload(): Promise<void>
  /** Goes one page back in the tab's history, without waiting for its load event. */
  back(): Promise<void>
  /** Clicks the middle of the first element that matches, with the mouse, waiting until there is one. */
  click(selector: string): Promise<void>
  /** Presses a key and lets it go. */
  press(key: Key): Promise<void>
  /** Evaluates an expression in the page, awaits it and returns it by way of JSON. */
  evaluate<T>(expression: string): Promise<T>
  /**
   * Brings the tab to the front and takes what is on screen: one pixel for each CSS pixel, 0,0 the viewport's.
   * @param corner how much of the top left is enough, which takes far less time. @default the whole viewport
   */
  screenshot(corner?: Size): Promise<Screen>
  /** Brings the tab to the front. */
  activate(): Promise<void>
  /** Closes the tab as its close button would. */
  close(): Promise<void>
}

/** Width and height in CSS pixels. */
export interface Size {
  width: number
  height: number
}

/** The pixels of a viewport. */
export interface Screen {
  readonly width: number
  readonly height: number
  readonly png: Buffer
  /** The colour at a point of the viewport; throws outside of it. */
  pixel(x: number, y: number): [r: number, g: number, b: number, a: number]
}
