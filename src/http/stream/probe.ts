/** A stream as far as probing needs one. */
export interface Probed {
  /** Sends the picture once more with a megabyte that changes nothing; answers the bytes, 0 where it could not. */
  probe(): number
}

interface Stream {
  connection: Probed
  since: number
  probedAt: number
  /** How often it was asked and stayed. */
  asked: number
}

interface Reader {
  streams: Set<Stream>
  timers: Set<NodeJS.Timeout>
}

/** A viewer with so many streams may soon have all of the six that a browser opens to one host: asked at once. */
const MANY = 3
/** With so many, those are asked too that were found to be open before: they may have been left since. */
const NEARLY_ALL = 5
/** With so many a browser opens no other to this host, so that nobody joins any more in whose moment to ask. */
const ALL = 6
/** Nobody has so many pages with pictures open: an office behind one address, with one kind of browser. */
const CROWD = 12
/** How long one who was asked twice and stayed is left alone; twice as long each further time. */
const REST = 15_000
/** How long an answer to a probe may take; streams younger than this are not asked in the moment of a join. */
const PAUSE = 1000
/** The pictures of one page begin within this time of each other. */
const ONE_PAGE = 500
/** A probe in the very moment of a navigation can miss: it is asked twice. */
const PASSES = 2

/**
 * Finds out which of a reader's streams belong to pages that were left. Chromium keeps such a page and its connections
 * for up to a minute, so that on the seventh page of a walk through a forum no picture loads any more; but it throws
 * the page out, and closes its connections, once about a megabyte has come for it. A page that is open does not
 * notice. It costs that megabyte: so only older streams of a reader who just opened another one are asked, and those
 * that stayed twice only when there are many. A reader who holds all that a browser opens is asked of all but the
 * newest, and once more later: without that a fast one who went through six pages at once would see no seventh.
 */
export class Probe {
  readonly #viewers = new Map<string, Reader>()
  #bytes = 0

  /** What probing has cost so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** A stream was opened by a viewer of a Chromium over HTTP/1.1; answers what to call when it ends. */
  add(viewer: string, connection: Probed): () => void {
    const reader = this.#viewers.get(viewer) ?? { streams: new Set(), timers: new Set() }
    this.#viewers.set(viewer, reader)
    const { streams } = reader
    const now = performance.now()
    const stream = { connection, since: now, probedAt: Number.NEGATIVE_INFINITY, asked: 0 }
    streams.add(stream)
    if (streams.size >= MANY) this.#ask(streams, now - PAUSE)
    if (streams.size > 1) this.#askLater(reader, PASSES)
    return () => {
      streams.delete(stream)
      if (streams.size === 0) this.#forget(viewer, reader)
    }
  }

  /** Asks nobody any more. */
  close(): void {
    for (const [viewer, reader] of this.#viewers) this.#forget(viewer, reader)
  }

  #forget(viewer: string, { timers }: Reader): void {
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    this.#viewers.delete(viewer)
  }

  #askLater(reader: Reader, passes: number, pause = PAUSE): void {
    const { streams, timers } = reader
    const timer = setTimeout(() => {
      timers.delete(timer)
      const last = passes <= 1
      // Six pages can be gone through within the time that the pictures of one page take.
      const until = newestOf(streams) - (last && streams.size >= ALL ? 1 : ONE_PAGE)
      this.#ask(streams, until)
      if (!last) this.#askLater(reader, passes - 1)
      else if (passes === 1 && streams.size >= ALL) this.#askLater(reader, 0, REST)
    }, pause)
    timers.add(timer)
  }

  /** Asks the streams that began up to a time. */
  #ask(streams: ReadonlySet<Stream>, until: number): void {
    if (streams.size > CROWD) return
    const now = performance.now()
    for (const stream of streams) {
      if (stream.since > until || now - stream.probedAt < patienceWith(stream)) continue
      if (stream.asked >= PASSES && streams.size < NEARLY_ALL) continue
      const bytes = stream.connection.probe()
      if (bytes === 0) continue
      this.#bytes += bytes
      stream.asked += 1
      stream.probedAt = now
    }
  }
}

function newestOf(streams: ReadonlySet<Stream>): number {
  return Math.max(...[...streams].map(({ since }) => since))
}

/** Milliseconds to wait before a stream is asked once more. */
function patienceWith({ asked }: Stream): number {
  return asked < PASSES ? PAUSE * 0.9 : REST * 2 ** Math.min(asked - PASSES, 10)
}
