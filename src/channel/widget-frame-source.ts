import type { Presence } from '../cluster/presence.ts'
import { isStoreUnavailable } from '../errors.ts'
import type { AgeMarks } from '../picture/age-marks.ts'
import type { Cards } from '../picture/cards.ts'
import type { Drawing } from '../render/protocol.ts'
import { Abandoned } from '../render/render-error.ts'
import type { Renderer } from '../render/renderer.ts'
import type { Look } from '../widget/look.ts'
import { deviceOf } from '../widget/look-device.ts'
import { MAX_FPS } from '../widget/picture-limits.ts'
import { roomOf } from '../widget/room.ts'
import type { DrawingInputs } from './drawing-inputs.ts'
import { type EmbeddedChannels, EmbeddedFrames } from './embedded-frames.ts'
import type { EmbeddedReader } from './embedded-reader.ts'
import type { FrameSink, FrameSource, GetPayers, Interest, SourceFrame } from './frame-source.ts'
import { type LoadedData, toJobData } from './loaded-data.ts'
import type { PushedData } from './pushed-data.ts'
import type { SharedDrawings } from './shared-drawings.ts'
import type { ChannelSpec, EmbeddedSpec } from './spec.ts'

/** The parts that the sources of all widgets share. */
export interface WidgetFrameSourceInit {
  renderer: Renderer
  presence: Pick<Presence, 'counts' | 'countsNow'>
  embeddedReader: EmbeddedReader
  pushedData: PushedData
  loadedData: LoadedData
  sharedDrawings: SharedDrawings
  cards: Cards
  marks: AgeMarks
}

/** Milliseconds for which a picture has no mark when the store is lost: a failover can be as short. */
const UNMARKED_AGE = 2_000
/** Pushed data and embedded pictures can change a picture as often as the fastest animation. */
const CHANGE_INTERVAL = 1000 / MAX_FPS

/** Frames that a widget draws in a render process, only when something that the picture depends on has changed. */
export class WidgetFrameSource implements FrameSource {
  readonly #init: WidgetFrameSourceInit
  readonly #spec: ChannelSpec
  readonly #channels: EmbeddedChannels
  /** Of a picture that embeds others: undefined for all others, since there are many. */
  #frames: EmbeddedFrames | undefined
  #sink: FrameSink | undefined
  #isWatched = false
  #embedded: readonly EmbeddedSpec[] | undefined
  #changes = 0
  #endFollowing = () => {}
  /** What the newest picture was drawn from; undefined until one was drawn. */
  #reads: Drawing['reads'] | undefined
  /** The newest drawing; undefined after one that failed while the store could be reached. */
  #last: { inputs: DrawingInputs; drawing: Drawing } | undefined
  /** Since when the store cannot be reached; undefined while it can. */
  #lostAt: number | undefined

  constructor(init: WidgetFrameSourceInit, spec: ChannelSpec, channels: EmbeddedChannels) {
    this.#init = init
    this.#spec = spec
    this.#channels = channels
  }

  get isLively(): boolean | undefined {
    const { fps, loops, starts } = this.#init.renderer.manifests.get(this.#spec.widget) ?? {}
    if (fps !== undefined || loops || starts) return true
    return this.#reads?.some((name) => name !== 'outside')
  }

  connect(sink: FrameSink): void {
    this.#sink = sink
  }

  async draw(interest: Interest, payers?: GetPayers): Promise<SourceFrame | undefined> {
    try {
      const drawing = await this.#drawCurrent(interest, payers)
      this.#lostAt = undefined
      return drawing
    } catch (error) {
      return this.#drawLast(error)
    }
  }

  async #drawCurrent(interest: Interest, payers: GetPayers | undefined): Promise<Drawing | undefined> {
    const inputs = await this.#readInputs(payers)
    if (this.#last && canReuse(this.#last, inputs)) return withRooms(this.#last.drawing, inputs)
    const { sharedDrawings } = this.#init
    const drawing =
      sharedDrawings.find(this.#spec, inputs) ?? (await this.#draw(this.#spec.look, inputs, interest, payers))
    this.#last = drawing && { inputs, drawing }
    if (!drawing) return undefined
    this.#reads = drawing.reads
    sharedDrawings.add(this.#spec, inputs, drawing)
    return withRooms(drawing, inputs)
  }

  /** While the store cannot be reached, viewers keep the last picture, with its age. @throws any other `error` */
  async #drawLast(error: unknown): Promise<SourceFrame> {
    const last = this.#last?.drawing.frame
    if (!last || !isStoreUnavailable(error)) {
      this.#last = undefined
      throw error
    }
    this.#lostAt ??= performance.now()
    const age = performance.now() - this.#lostAt
    if (age < UNMARKED_AGE) return { frame: last, failure: error }
    const { look } = this.#spec
    const frame = await this.#init.marks.add(last, { ...look, device: deviceOf(look) }, age)
    return { frame, failure: error }
  }

  isUnchanged(): boolean {
    const { renderer, presence, loadedData } = this.#init
    const last = this.#last
    // `draw` compares the pushed data and the embedded pictures.
    if (!last || last.inputs.pushed || last.inputs.embedded.length > 0) return false
    if (last.inputs.loaded && !loadedData.isCurrent(this.#spec, last.inputs.loaded)) return false
    if (last.drawing.next !== undefined || renderer.manifests.get(this.#spec.widget)?.starts) return false
    const counts = presence.countsNow(roomOf(this.#spec))
    return (
      counts !== undefined &&
      canReuse(last, { ...last.inputs, code: renderer.manifests, changes: this.#changes, counts })
    )
  }

  async drawSooner(interest: Interest, payers?: GetPayers): Promise<Drawing | undefined> {
    const { look } = this.#spec
    if (!isAnimation(look)) return undefined
    return this.#draw({ ...look, animate: 'off' }, await this.#readInputs(payers), interest, payers)
  }

  onWatched(isWatched: boolean): void {
    this.#isWatched = isWatched
    if (isWatched) this.#start()
    else this.#stop()
  }

  renew(): void {
    this.#stop()
    if (this.#isWatched) this.#start()
  }

  refresh(): void {
    this.#changes += 1
  }

  close(): void {
    this.#stop()
  }

  #start(): void {
    this.#endFollowing = this.#init.pushedData.follow(this.#spec, () => {
      this.#changes += 1
      // Without data, `start` has called `redraw`.
      if (!this.#init.pushedData.of(this.#spec)) this.#init.loadedData.touch(this.#spec)
      this.#sink?.redraw(CHANGE_INTERVAL)
    })
    // If reading fails here, it fails in the drawing too, which reports the error.
    void this.#readEmbedded().catch(() => {})
  }

  #stop(): void {
    this.#endFollowing()
    this.#endFollowing = () => {}
    this.#frames?.unwatch()
  }

  async #readEmbedded(): Promise<readonly EmbeddedSpec[]> {
    const embedded = await this.#init.embeddedReader.read(this.#spec).catch((error: unknown) => {
      // After a change of code: a picture that no longer exists is replaced by an error card.
      if (this.#embedded) return this.#embedded
      throw error
    })
    this.#embedded = embedded
    if (this.#isWatched && embedded.length > 0) this.#follow().watch(embedded)
    return embedded
  }

  #follow(): EmbeddedFrames {
    const redraw = () => this.#sink?.redraw(CHANGE_INTERVAL)
    this.#frames ??= new EmbeddedFrames(this.#channels, this.#init.cards, redraw)
    return this.#frames
  }

  async #readInputs(payers: GetPayers | undefined): Promise<DrawingInputs> {
    const specs = await this.#readEmbedded()
    const embedded = specs.length > 0 ? await this.#follow().frames(specs) : []
    const loaded = await this.#init.loadedData.read(this.#spec, payers)
    // Reads the counts last: the embedded pictures can be slow, and the picture must show current counts.
    const counts = await this.#init.presence.counts(roomOf(this.#spec))
    const { renderer, pushedData } = this.#init
    const pushed = pushedData.of(this.#spec)
    return { code: renderer.manifests, changes: this.#changes, pushed, loaded, embedded, counts }
  }

  async #draw(
    look: Look,
    { counts, pushed, loaded, embedded }: DrawingInputs,
    interest: Interest,
    payers: GetPayers | undefined,
  ): Promise<Drawing | undefined> {
    const { widget, key } = this.#spec
    const { connections, visitors, peak, isPartial } = counts
    const time = Date.now()
    const { loaded: data, dataAge } = toJobData(loaded, time)
    // Named one by one: V8 adds the names of a spread to an object one at a time.
    const job = {
      widget,
      key,
      look,
      connections,
      visitors,
      peak,
      isPartial,
      time,
      pushed,
      loaded: data,
      dataAge,
      embedded,
    }
    try {
      return withPlaceholders(await this.#init.renderer.draw(job, interest, payers), embedded)
    } catch (error) {
      if (error instanceof Abandoned) return undefined
      throw error
    }
  }
}

/** A picture that shows a placeholder is one itself: no cache may keep it. */
function withPlaceholders(drawing: Drawing, embedded: DrawingInputs['embedded']): Drawing {
  if (!embedded.some(({ frame }) => frame.isPlaceholder)) return drawing
  return { ...drawing, frame: { ...drawing.frame, isPlaceholder: true } }
}

/**
 * Whether the last drawing is what a new one would be: its widget has read nothing that has changed since. A `draw` that
 * read neither time nor anything of its own is a function of what it was given.
 */
function canReuse(last: { inputs: DrawingInputs; drawing: Drawing }, now: DrawingInputs): boolean {
  const { inputs, drawing } = last
  return (
    inputs.code === now.code &&
    inputs.changes === now.changes &&
    inputs.pushed === now.pushed &&
    inputs.loaded?.loaded.version === now.loaded?.loaded.version &&
    inputs.embedded.length === now.embedded.length &&
    inputs.embedded.every(({ path, frame }, index) => {
      const other = now.embedded[index]
      return path === other?.path && frame.etag === other.frame.etag
    }) &&
    drawing.reads.every(
      (name) =>
        name === 'room' ||
        (name !== 'time' && name !== 'outside' && inputs.counts[name] === now.counts[name]),
    )
  )
}

/** The rooms that were read by the newest `load`, which may have returned the same data as the one before. */
function withRooms(drawing: Drawing, { loaded }: DrawingInputs): Drawing {
  return loaded ? { ...drawing, rooms: loaded.rooms } : drawing
}

/** Whether a picture can be one animated file. */
function isAnimation({ animate, format }: Look): boolean {
  return animate === 'loop' || (format === 'gif' && animate !== 'off')
}
