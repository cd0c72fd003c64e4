import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channels } from '../../channel/channels.ts'
import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import { type LoadedData, type LoadedPicture, toJobData } from '../../channel/loaded-data.ts'
import type { PushedData } from '../../channel/pushed-data.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import { isRefusal } from '../../channel/still.ts'
import type { Counts, Presence } from '../../cluster/presence.ts'
import { type PublicError, toPublicError } from '../../errors.ts'
import type { Payers } from '../../render/fair-shares.ts'
import type { EmbeddedWords, PictureFacts } from '../../render/protocol.ts'
import type { Renderer } from '../../render/renderer.ts'
import { addressGroup } from '../../system/address-group.ts'
import { defaultAlt, toAlt } from '../../widget/alt.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import type { FailureLog } from '../failure-log.ts'
import { agedFor } from '../headers.ts'
import { clientAddress, type PictureRequest } from '../request.ts'
import { sendJson, sendWords } from '../send.ts'
import { tooSlow } from './too-slow.ts'

/** The parts that `PictureData` works with. */
export interface PictureDataInit {
  renderer: Renderer
  /** What replaces the result of a `load`: the data of `start`, or the condition of a camera. */
  pushedData: Pick<PushedData, 'of'>
  loadedData: LoadedData
  presence: Presence
  channels: Pick<Channels, 'ageOf'>
  embeddedReader: EmbeddedReader
}

/** How old data is, in milliseconds, and why. */
interface Staleness {
  age: number
  /** Why `load` returned no newer data. @default it did */
  failure?: PublicError
}

/** The picture whose data is sent. */
interface SentData {
  manifest: Manifest
  spec: ChannelSpec
  isWords: boolean
  failures: Pick<FailureLog, 'note'>
}

type AgedFacts = PictureFacts & Staleness
type LoadedFacts = Staleness & { loaded: LoadedPicture | undefined }

/** Milliseconds that a widget's data may take. */
const DATA_TIMEOUT = 3_000
/** Milliseconds that a page waits for the words of a picture. */
const WORDS_TIMEOUT = 250

/** Reads the data behind pictures and their words, for `.json`, `.txt` and `alt`. */
export class PictureData {
  readonly #init: PictureDataInit

  constructor(init: PictureDataInit) {
    this.#init = init
  }

  /**
   * The data of a picture, what its widget returns or the counts of its room, and its words. While its `load` fails they
   * are those of the last good result, with its `age`, and the `failure` as the reason.
   * @param network the network that the work is charged to.
   * @throws PublicError 503 if the widget takes longer than three seconds, and its own error if it fails.
   */
  async read(
    manifest: Manifest,
    spec: ChannelSpec,
    network: string,
  ): Promise<AgedFacts & { isPartial: boolean }> {
    const { presence, channels } = this.#init
    const room = roomOf(spec)
    const { isPartial = false, ...counts } = await presence.counts(room)
    const facts =
      manifest.hasJson || manifest.hasAlt
        ? await this.#readFromWidget(spec, { ...counts, isPartial }, network)
        : { json: { room, ...counts }, alt: defaultAlt(manifest.title, room), age: 0 }
    return { ...facts, age: Math.max(facts.age, channels.ageOf(spec)), isPartial }
  }

  /** Sends the data of a picture as JSON, or its words as text. @throws as `read` does. */
  async send(
    request: PictureRequest,
    response: ServerResponse,
    { manifest, spec, isWords, failures }: SentData,
  ): Promise<void> {
    const { json, failure, ...more } = await this.read(manifest, spec, addressGroup(clientAddress(request)))
    // The client gets data, and the operator the reason why it is old.
    if (failure) failures.note(request, failure)
    const headers = more.age > 0 ? agedFor(more.age, true) : {}
    if (isWords) sendWords(request, response, more.alt, headers)
    else sendJson(request, response, 200, withWords(json, more), { headers })
  }

  /** The words of a picture, or those that need no widget if they are late or fail. Never rejects. */
  async words(manifest: Manifest, spec: ChannelSpec, network: string): Promise<string> {
    const otherwise = defaultAlt(manifest.title, roomOf(spec))
    if (!manifest.hasAlt && !manifest.hasJson) return otherwise
    const reading = this.read(manifest, spec, network).then(
      ({ alt }) => alt,
      () => otherwise,
    )
    return Promise.race([reading, sleep(WORDS_TIMEOUT, otherwise, { ref: false })])
  }

  async #readFromWidget(
    spec: ChannelSpec,
    counts: Counts & { isPartial: boolean },
    network: string,
  ): Promise<AgedFacts> {
    const { renderer, pushedData } = this.#init
    const { widget, key, look } = spec
    const payers = () => ({ networks: [network], count: 1 })
    const words = await this.#readEmbedded(spec, network)
    let isWaiting = true
    const read = async () => {
      const { loaded, ...staleness } = await this.#load(spec, payers)
      const time = Date.now()
      const pushed = pushedData.of(spec)
      const job = { widget, key, look, ...counts, time, pushed, words, ...toJobData(loaded, time) }
      return { ...(await renderer.data(job, () => Number(isWaiting), payers)), ...staleness }
    }
    try {
      const { json, alt, ...staleness } = await withTimeout(DATA_TIMEOUT, read())
      // Any code in the render process could have sent it.
      return { json: json ?? null, alt: toAlt(String(alt)), ...staleness }
    } finally {
      isWaiting = false
    }
  }

  /** The result of the widget's `load`; while it fails, the last good one. @throws PublicError if there is none. */
  async #load(spec: ChannelSpec, payers: () => Payers): Promise<LoadedFacts> {
    const { loadedData } = this.#init
    try {
      return { loaded: await loadedData.read(spec, payers), age: 0 }
    } catch (error) {
      const failure = toPublicError(error)
      const last = loadedData.last(spec)
      if (!last || isRefusal(failure)) throw failure
      return { loaded: last, age: Math.max(0, Date.now() - last.at), failure }
    }
  }

  /** The words of the embedded pictures; none for a widget that embeds none. */
  async #readEmbedded(spec: ChannelSpec, network: string): Promise<readonly EmbeddedWords[]> {
    const { renderer, embeddedReader } = this.#init
    if (!renderer.manifests.get(spec.widget)?.shows) return []
    const embedded = await embeddedReader.read(spec)
    return Promise.all(
      embedded.map(async ({ path, spec: shown, caption = path }) => {
        const manifest = shown && renderer.manifests.get(shown.widget)
        return { path, alt: manifest ? await this.words(manifest, shown, network) : caption }
      }),
    )
  }
}

/** The body of `.json`: the data, with the words and the age of the picture if it is an object, and whether counts are partial. */
export function withWords(
  json: unknown,
  { alt, age, isPartial = false }: { alt: string; age: number; isPartial?: boolean },
): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json
  return { alt, age: Math.round(age), ...(isPartial && { isPartial }), ...json }
}

async function withTimeout<T>(timeout: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow('data')), timeout)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
