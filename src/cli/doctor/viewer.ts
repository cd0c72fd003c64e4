import { randomBytes } from 'node:crypto'
import type { Client, OpenResponse } from './client.ts'
import type { RoomNames } from './room-names.ts'

/** Makes each doctor a person of its own: pictures that others have open in the same browser do not count as its. */
const LANGUAGE = `en, x-${randomBytes(4).toString('hex')}`

/**
 * The headers that a browser sends for an `<img>` on a page of the same host, which the server always allows. The name is
 * Safari's: the server probes Chromium's streams, and writes to Firefox more often, which would both hide a proxy's faults.
 */
export function imageHeaders(origin: string): Record<string, string> {
  return {
    'User-Agent':
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    Accept: 'image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    'Accept-Language': LANGUAGE,
    'Accept-Encoding': 'gzip, deflate, br',
    'Sec-Fetch-Dest': 'image',
    'Sec-Fetch-Mode': 'no-cors',
    'Sec-Fetch-Site': 'same-origin',
    Referer: `${origin}/`,
  }
}

/** The counts of a room, as the server returns them. */
export interface Counts {
  connections: number
  visitors: number
}

/** The options of a viewer. */
export interface ViewerInit {
  client: Client
  /** The path that Imgcast is mounted at. */
  base: string
  names: RoomNames
  /** A query that is added to every picture. @default '' */
  extra?: string
}

/** Opens pictures of one Imgcast, as browsers do. */
export class Viewer {
  readonly #base: string
  readonly #extra: string
  readonly client: Client
  readonly names: RoomNames

  constructor({ client, base, names, extra = '' }: ViewerInit) {
    this.client = client
    this.names = names
    this.#base = base
    this.#extra = extra
  }

  /** Opens a picture: `<widget>/<key>.png?count=visitors`. @throws Error if no head arrives */
  open(picture: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenResponse> {
    return this.#get(`${picture}${this.#extra}`, headers)
  }

  /**
   * Opens a picture as a stream, whatever the server would choose: a browser that streams four pictures gets stills of
   * further ones, and the doctor opens more.
   */
  watch(picture: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenResponse> {
    return this.#get(`${picture}&delivery=stream${this.#extra}`, headers)
  }

  #get(picture: string, headers: Readonly<Record<string, string>>): Promise<OpenResponse> {
    const path = `${this.#base}/${picture}`
    // Compression is reported once, from the first request. These pictures must be readable.
    return this.client.get(path, {
      ...imageHeaders(this.client.origin),
      'Accept-Encoding': 'identity',
      ...headers,
    })
  }

  /** Returns the counts of a room; undefined if the server does not return them. */
  async counts(room: string): Promise<Counts | undefined> {
    const counts = await this.#data(room)
    return counts?.room === room ? (counts as unknown as Counts) : undefined
  }

  /** Whether Imgcast is at this path: it returns the counts of a room, or its own error for a busy server instead. */
  async isImgcast(room: string): Promise<boolean> {
    const { room: counted, type, status } = (await this.#data(room)) ?? {}
    // Other errors are also those of an Imgcast that is mounted at another path.
    return counted === room || (isOwnProblem(type) && (status === 503 || status === 429))
  }

  async #data(room: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      // A query that is in no cache.
      const path = `${this.#base}/${room}.json?t=${randomBytes(6).toString('hex')}`
      const response = await this.client.get(path, { Accept: 'application/json' })
      return Object(JSON.parse(await response.text()))
    } catch {
      return undefined
    }
  }
}

function isOwnProblem(type: unknown): boolean {
  return String(type).startsWith('urn:imgcast:problem:')
}
