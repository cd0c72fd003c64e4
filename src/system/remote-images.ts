import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { findUrlFault, type OutgoingClient } from './outgoing.ts'

/** The largest picture, in bytes. */
const MAX_BYTES = 5 * 2 ** 20
/** Bytes of pictures to keep. */
const MAX_KEPT_BYTES = 32 * 2 ** 20
/** Milliseconds that a picture is kept: a widget may load it for each drawing. */
const KEPT = 60_000
/** Milliseconds that a request may take. */
const TIMEOUT = 5_000
const MAX_REDIRECTS = 3
const MAX_REQUESTS = 8
const MAX_WAITING = 100

/** Fetches pictures of other servers for widgets: a few at a time, each once a minute, of at most five megabytes. */
export class RemoteImages {
  readonly #client: OutgoingClient
  readonly #limit = pLimit(MAX_REQUESTS)
  readonly #fetching = new Map<string, Promise<Uint8Array>>()
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ length }) => length + 1,
    ttl: KEPT,
  })

  constructor(client: OutgoingClient) {
    this.#client = client
  }

  /** Resolves to the bytes of a picture; simultaneous calls share one request. Rejects with an `Error` in plain words. */
  async fetch(url: unknown): Promise<Uint8Array> {
    const fault = findUrlFault(url)
    if (fault !== undefined) throw new TypeError(`expected ${fault}`)
    const { href, host } = new URL(url as string)
    const kept = this.#kept.get(href)
    if (kept) return kept
    const known = this.#fetching.get(href)
    if (known) return known
    if (this.#limit.pendingCount >= MAX_WAITING)
      throw new Error(`${host}: too many pictures are being loaded`)
    const fetching = this.#limit(() => this.#fetch(href)).catch((error: Error) => {
      // Only the host: the rest of the address may contain a secret.
      throw new Error(`${host}: ${error.message}`, { cause: error })
    })
    this.#fetching.set(href, fetching)
    try {
      const bytes = await fetching
      this.#kept.set(href, bytes)
      return bytes
    } finally {
      this.#fetching.delete(href)
    }
  }

  async #fetch(url: string): Promise<Uint8Array> {
    const response = await this.#client.open({
      url,
      headers: { Accept: 'image/*' },
      timeout: TIMEOUT,
      maxBytes: MAX_BYTES,
      maxRedirects: MAX_REDIRECTS,
    })
    if (response.fault !== undefined) {
      response.close()
      throw new Error(response.fault)
    }
    const chunks: Buffer[] = []
    for await (const chunk of response.stream()) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }
}
