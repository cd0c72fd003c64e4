/** One stream of a browser that opens few connections to a host. */
export interface LiveStream {
  /** Whether its picture moves or counts, where another one rests until it is set; undefined until it is on screen. */
  readonly isLively: boolean | undefined
  /** Ends the stream with its picture on screen. */
  replace(): void
}

interface Browser {
  /** Its streams by picture, the oldest first. */
  pictures: Map<string, Set<LiveStream>>
  size: number
  /** Whether it certainly is one: a key of another address may be shared by many. */
  isLocal: boolean
  /** When its connections were last freed. */
  freedAt: number
  /** Requests that wait until one of its streams ends. */
  waiting: Set<() => void>
  timer: NodeJS.Timeout | undefined
}

/** A browser opens no more connections than these to a host over HTTP/1.1. */
const CONNECTIONS = 6
/** Connections that stay free for links. */
const FREE = 2
/** Milliseconds that all connections of a browser are in use before some are freed: a probe may free one sooner. */
const FULL_TIME = 2_500
/** The same shortly after some were freed: the rest of the page takes them one by one. */
const FULL_AGAIN_TIME = 300
const SHORTLY = 10_000

/**
 * Which pictures each browser streams over HTTP/1.1. A browser opens six connections to a host, and a stream keeps one
 * for good: the seventh picture would stay blank, and every link to the host would hang. So a browser that streams
 * `limit` different pictures gets stills of further ones.
 *
 * Different pictures count, not streams: a viewer key is shared by all phones of one kind behind a carrier's address, and
 * a page of up to `limit` pictures must stay live for all of them.
 */
export class LivePictures {
  readonly #limit: number
  readonly #browsers = new Map<string, Browser>()

  /** @param limit how many different pictures a browser streams; 0 for any number. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Adds a stream of a browser. Returns a function that takes it out; calling it again does nothing.
   * @param isLocal whether it certainly is one browser: on this machine, with a page of this server.
   */
  add(viewerKey: string, picture: string, stream: LiveStream, isLocal: boolean): () => void {
    if (this.#limit === 0) return () => {}
    const browser = this.#browsers.get(viewerKey) ?? {
      ...{ pictures: new Map(), size: 0, waiting: new Set(), timer: undefined },
      ...{ isLocal, freedAt: Number.NEGATIVE_INFINITY },
    }
    this.#browsers.set(viewerKey, browser)
    const streams = browser.pictures.get(picture) ?? new Set()
    browser.pictures.set(picture, streams.add(stream))
    browser.size += 1
    browser.isLocal &&= isLocal
    this.#watchFull(browser)
    return () => {
      this.#remove(browser, picture, stream)
      if (browser.size === 0) this.#forget(viewerKey, browser)
    }
  }

  /** Whether a browser may stream a picture: it already does, or it streams fewer than the limit. */
  hasPlace(viewerKey: string, picture: string): boolean {
    const pictures = this.#browsers.get(viewerKey)?.pictures
    return pictures === undefined || pictures.size < this.#limit || pictures.has(picture)
  }

  /** Resolves when a browser may stream a picture, or after `timeout` milliseconds. */
  async untilPlace(viewerKey: string, picture: string, timeout: number): Promise<void> {
    const browser = this.#browsers.get(viewerKey)
    if (!browser || this.hasPlace(viewerKey, picture)) return
    let timer: NodeJS.Timeout | undefined
    let check = () => {}
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeout)
      check = () => this.hasPlace(viewerKey, picture) && resolve()
      browser.waiting.add(check)
    })
    clearTimeout(timer)
    browser.waiting.delete(check)
  }

  /** Whether `makePlace` makes a place. */
  canMakePlace(viewerKey: string): boolean {
    return this.#restingPicture(viewerKey) !== undefined
  }

  /**
   * Ends the streams of one picture that rests, for one that moves or counts. Does nothing for a key with more streams
   * than a browser has connections: they are several people's. Returns whether there is a place now.
   */
  makePlace(viewerKey: string): boolean {
    const resting = this.#restingPicture(viewerKey)
    const browser = this.#browsers.get(viewerKey)
    if (resting === undefined || !browser) return false
    for (const stream of browser.pictures.get(resting) ?? []) this.#replace(browser, resting, stream)
    return true
  }

  /** Stops every timer. */
  close(): void {
    for (const [viewerKey, browser] of this.#browsers) this.#forget(viewerKey, browser)
  }

  #restingPicture(viewerKey: string): string | undefined {
    const browser = this.#browsers.get(viewerKey)
    if (!browser || browser.size > CONNECTIONS) return undefined
    return [...browser.pictures].find(([, streams]) =>
      [...streams].every(({ isLively }) => isLively === false),
    )?.[0]
  }

  #watchFull(browser: Browser): void {
    clearTimeout(browser.timer)
    browser.timer = undefined
    // A key with more streams is several people's.
    if (browser.size !== CONNECTIONS) return
    const wasFreed = performance.now() - browser.freedAt < SHORTLY
    browser.timer = setTimeout(
      () => this.#endDuplicates(browser),
      wasFreed ? FULL_AGAIN_TIME : FULL_TIME,
    ).unref()
  }

  /**
   * Several tabs of one page can use all six connections: pictures of the newest would stay blank, and every link to the
   * host would hang. So older streams of pictures that a newer tab shows too end: first those that rest, and then, where
   * six streams are surely one browser's, as many others as links need. Elsewhere they may be six phones.
   */
  #endDuplicates(browser: Browser): void {
    const older = [...browser.pictures].flatMap(([picture, streams]) =>
      [...streams].slice(0, -1).map((stream) => ({ picture, stream })),
    )
    const isOneBrowser = browser.isLocal || hasHalfAPage(browser)
    if (isOneBrowser) browser.freedAt = performance.now()
    for (const { picture, stream } of older)
      if (stream.isLively === false) this.#replace(browser, picture, stream)
    for (const { picture, stream } of older)
      if (stream.isLively && isOneBrowser && browser.size > CONNECTIONS - FREE)
        this.#replace(browser, picture, stream)
  }

  /** Takes a stream out at once: its connection closes only when its client has received the end. */
  #replace(browser: Browser, picture: string, stream: LiveStream): void {
    this.#remove(browser, picture, stream)
    stream.replace()
  }

  #remove(browser: Browser, picture: string, stream: LiveStream): void {
    const streams = browser.pictures.get(picture)
    if (!streams?.delete(stream)) return
    browser.size -= 1
    if (streams.size === 0) browser.pictures.delete(picture)
    this.#watchFull(browser)
    for (const check of browser.waiting) check()
  }

  #forget(viewerKey: string, browser: Browser): void {
    clearTimeout(browser.timer)
    if (this.#browsers.get(viewerKey) === browser) this.#browsers.delete(viewerKey)
  }
}

/**
 * Whether the six streams of a key look like a page and the first pictures of another tab of it, which waits for the rest:
 * several pictures are there twice, and not all. Six phones with one page each have equally many streams of each picture.
 */
function hasHalfAPage({ pictures }: Browser): boolean {
  const twice = [...pictures.values()].filter(({ size }) => size > 1)
  return twice.length > 1 && twice.length < pictures.size
}
