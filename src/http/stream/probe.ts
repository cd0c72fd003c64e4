import { LRUCache } from 'lru-cache'
import { addressOf } from '../../cluster/crowd.ts'

/** A stream that can be probed. */
export interface Probed {
  /** Sends the picture once more with a megabyte of padding. Returns the bytes sent, 0 if it could not. */
  probe(): number
}

interface Stream {
  connection: Probed
  since: number
  probedAt: number
  /** The number of probes after which it stayed open. */
  probes: number
}

interface Reader {
  address: string
  streams: Set<Stream>
  timers: Set<NodeJS.Timeout>
}

/** With three streams a viewer may soon have all six that a browser opens to one host: its streams are probed at once. */
const MANY = 3
/** With five streams, those that stayed open before are probed again: their pages may have been left since. */
const MANY_TO_REPEAT = 5
/** At six streams the browser's connection limit is reached: no new stream opens, so no join can trigger a probe. */
const ALL = 6
/** More streams than this are not one person's: an office behind one address, with one kind of browser. */
const MAX_STREAMS = 12
/** Milliseconds before a stream that stayed open twice is probed again; doubled after each further probe. */
const REST = 15_000
/** Milliseconds that the effect of a probe may take. At a join, streams younger than this are not probed. */
const PAUSE = 1000
/** The pictures of one page start within this many milliseconds of each other. */
const ONE_PAGE = 500
/**
 * Probes that one address may cause in `BUDGET_TIME` milliseconds, each of a megabyte. A reader who walks through 20 pages
 * with three pictures each needs some 200, and several readers may share an address.
 */
const BUDGET = 600
const BUDGET_TIME = 60_000
/** Addresses whose probes are counted. */
const MAX_BUDGETS = 10_000
/** Probes after each join: one at the moment of a navigation can miss. */
const PASSES = 2

/**
 * Closes streams of pages in Chromium's back/forward cache. Chromium keeps such a page and its connections for up to a
 * minute, so that on the seventh page of a walk through a forum no picture loads. It drops the page and closes its
 * connections once about a megabyte arrived for it; a page that is open is not affected. As a probe costs that megabyte,
 * only older streams of a reader who just opened another one are probed, and those that stayed open twice only if there
 * are many. If a reader holds all six connections, all streams but the newest are probed, and once more later: a reader
 * who clicked through six pages at once would not see the seventh otherwise.
 */
export class Probe {
  readonly #readers = new Map<string, Reader>()
  /** Probes in the current minute of each address: a client that keeps opening streams must not get unlimited megabytes. */
  readonly #spent = new LRUCache<string, { probes: number }>({
    maxSize: MAX_BUDGETS,
    sizeCalculation: () => 1,
    ttl: BUDGET_TIME,
  })
  #bytes = 0

  /** Bytes that probes have sent so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Adds a stream of Chromium over HTTP/1.1. Returns a function to call when it ends. */
  add(viewer: string, connection: Probed): () => void {
    const reader = this.#readers.get(viewer) ?? {
      address: addressOf(viewer) ?? viewer,
      streams: new Set(),
      timers: new Set(),
    }
    this.#readers.set(viewer, reader)
    const { streams } = reader
    const now = performance.now()
    const stream = { connection, since: now, probedAt: Number.NEGATIVE_INFINITY, probes: 0 }
    streams.add(stream)
    if (streams.size >= MANY) this.#probe(reader, now - PAUSE)
    // Looking for the newest of all streams with each new one takes time that grows with their square.
    if (streams.size > 1 && streams.size <= MAX_STREAMS) this.#probeLater(reader, PASSES)
    return () => {
      streams.delete(stream)
      if (streams.size === 0) this.#forget(viewer, reader)
    }
  }

  /** Probes the streams of a viewer whose page may have been left, because another one waits for a connection. */
  probeNow(viewer: string): void {
    const reader = this.#readers.get(viewer)
    if (reader) this.#probe(reader, performance.now() - PAUSE)
  }

  /** Stops probing. */
  close(): void {
    for (const [viewer, reader] of this.#readers) this.#forget(viewer, reader)
  }

  #forget(viewer: string, { timers }: Reader): void {
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    this.#readers.delete(viewer)
  }

  #probeLater(reader: Reader, passes: number, pause = PAUSE): void {
    const { streams, timers } = reader
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (streams.size > MAX_STREAMS) return
      const last = passes <= 1
      // A reader can click through six pages in the time that the pictures of one page take to start.
      const until = newestOf(streams) - (last && streams.size >= ALL ? 1 : ONE_PAGE)
      this.#probe(reader, until)
      if (!last) this.#probeLater(reader, passes - 1)
      else if (passes === 1 && streams.size >= ALL) this.#probeLater(reader, 0, REST)
    }, pause)
    timers.add(timer)
  }

  /** Probes the streams that began up to a time. */
  #probe({ address, streams }: Reader, until: number): void {
    if (streams.size > MAX_STREAMS) return
    const now = performance.now()
    for (const stream of streams) {
      if (stream.since > until || now - stream.probedAt < pauseBefore(stream)) continue
      if (stream.probes >= PASSES && streams.size < MANY_TO_REPEAT) continue
      const spent = this.#spent.get(address) ?? { probes: 0 }
      if (spent.probes >= BUDGET) return
      const bytes = stream.connection.probe()
      if (bytes === 0) continue
      spent.probes += 1
      if (spent.probes === 1) this.#spent.set(address, spent)
      this.#bytes += bytes
      stream.probes += 1
      stream.probedAt = now
    }
  }
}

function newestOf(streams: ReadonlySet<Stream>): number {
  return Math.max(...[...streams].map(({ since }) => since))
}

/** Milliseconds before a stream is probed again. */
function pauseBefore({ probes }: Stream): number {
  return probes < PASSES ? PAUSE * 0.9 : REST * 2 ** Math.min(probes - PASSES, 10)
}
