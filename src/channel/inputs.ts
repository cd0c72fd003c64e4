import { PublicError, toPublicError } from '../errors.ts'
import type { Cards } from '../picture/cards.ts'
import type { Frame } from '../picture/frame.ts'
import type { Job, ShownFrame } from '../render/protocol.ts'
import type { Look } from '../widget/look.ts'
import type { Channel } from './channel.ts'
import type { ChannelSpec, ShownSpec } from './spec.ts'

/** What inputs are made of. */
export interface InputsInit {
  spec: ChannelSpec
  cards: Cards
  /** Finds or starts the channel of a picture to be seen within this one. */
  open(spec: ChannelSpec): Channel
  /** Asks anew which pictures are to be seen within this one. */
  read(): Promise<readonly ShownSpec[]>
  /** Begins the widget's own source, if it has one; answers what ends it. */
  listen(onPush: (pushed: Job['pushed']) => void): () => void
  /** Something to be drawn with is new. */
  onChange(): void
}

interface Cell {
  path: string
  spec: ChannelSpec
  frame: Frame | undefined
}

/**
 * What a picture is drawn with besides its room: what its widget's source pushed last, and the pictures to be seen
 * within it. Both are alive only while somebody watches.
 */
export class Inputs {
  readonly #init: InputsInit
  #pushed: Job['pushed']
  #cells: Promise<readonly Cell[]>
  /** Ends what was begun with the first viewer; undefined while nobody watches. */
  #asleep: (() => void)[] | undefined

  constructor(init: InputsInit) {
    this.#init = init
    this.#cells = toCells(init.spec.shown ?? Promise.resolve([]))
  }

  get look(): Look {
    return this.#init.spec.look
  }

  /** What the widget's source pushed last. */
  get pushed(): Job['pushed'] {
    return this.#pushed
  }

  /** The first viewer is here. */
  wake(): void {
    const asleep = [
      this.#init.listen((pushed) => {
        this.#pushed = pushed
        this.#init.onChange()
      }),
    ]
    this.#asleep = asleep
    // A look that the widget cannot read is told by its drawing.
    void this.#cells
      .then((cells) => {
        if (this.#asleep === asleep) asleep.push(...cells.map((cell) => this.#watch(cell)))
      })
      .catch(() => {})
  }

  /** The last viewer is gone. */
  sleep(): void {
    const asleep = this.#asleep ?? []
    this.#asleep = undefined
    this.#pushed = undefined
    for (const step of asleep) step()
  }

  /** The widget's code changed: it may show other pictures, and have another source. */
  renew(): void {
    const isAwake = this.#asleep !== undefined
    const before = this.#cells
    this.sleep()
    // A picture whose widget is gone says so in its own place.
    this.#cells = toCells(this.#init.read().catch(() => before))
    if (isAwake) this.wake()
  }

  /** What there is to draw with now; rejects with a `PublicError` where the widget cannot read its parameters. */
  async take(): Promise<Pick<Job, 'pushed' | 'shown'>> {
    const cells = await this.#readCells()
    if (cells.length === 0) return { pushed: this.#pushed }
    const shown = await Promise.all(
      cells.map(async (cell): Promise<ShownFrame> => {
        return { path: cell.path, frame: cell.frame ?? (await this.#still(cell)) }
      }),
    )
    return { pushed: this.#pushed, shown }
  }

  async #readCells(): Promise<readonly Cell[]> {
    try {
      return await this.#cells
    } catch (error) {
      // A wrong parameter stays wrong; a process that was busy or died may answer the next time.
      if (!(error instanceof PublicError && error.status < 500)) this.renew()
      throw error
    }
  }

  #watch(cell: Cell): () => void {
    const leave = this.#join(cell)
    return () => {
      leave()
      cell.frame = undefined
    }
  }

  #join(cell: Cell): () => void {
    const show = (frame: Frame) => {
      cell.frame = frame
      this.#init.onChange()
    }
    try {
      return this.#init.open(cell.spec).join({ show, end: () => {} })
    } catch (error) {
      show(this.#card(cell, error))
      return () => {}
    }
  }

  async #still(cell: Cell): Promise<Frame> {
    try {
      return await this.#init.open(cell.spec).still()
    } catch (error) {
      return this.#card(cell, error)
    }
  }

  #card({ spec }: Cell, error: unknown): Frame {
    const { caption } = error instanceof PublicError ? error : toPublicError(error)
    return this.#init.cards.error(spec.look, caption)
  }
}

function toCells(shown: Promise<readonly (ShownSpec | Cell)[]>): Promise<readonly Cell[]> {
  const cells = shown.then((all) => all.map(({ path, spec }) => ({ path, spec, frame: undefined })))
  // Whoever takes them is told; until then nobody need be.
  cells.catch(() => {})
  return cells
}
