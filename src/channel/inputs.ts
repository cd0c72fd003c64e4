import { PublicError, toPublicError } from '../errors.ts'
import type { Cards } from '../picture/cards.ts'
import type { Frame } from '../picture/frame.ts'
import type { Job, ShownFrame } from '../render/protocol.ts'
import type { Channel } from './channel.ts'
import type { ChannelSpec, ShownSpec } from './spec.ts'

/** What inputs are made of. */
export interface InputsInit {
  spec: ChannelSpec
  cards: Cards
  /** Finds or starts the channel of a picture to be seen within this one. */
  open(spec: ChannelSpec): Channel
  /** Begins the widget's own source, if it has one; answers what ends it. */
  listen: ((onPush: (pushed: Job['pushed']) => void) => () => void) | undefined
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
  #cells: Promise<readonly Cell[]> | undefined
  #awake = false
  #sleeping: (() => void)[] = []

  constructor(init: InputsInit) {
    this.#init = init
  }

  /** The first viewer is here. */
  wake(): void {
    this.#awake = true
    const stop = this.#init.listen?.((pushed) => {
      this.#pushed = pushed
      this.#init.onChange()
    })
    if (stop) this.#sleeping.push(stop)
    // A look that the widget cannot read is told by its drawing.
    void this.#findCells()
      .then((cells) => {
        if (this.#awake) for (const cell of cells) this.#sleeping.push(this.#watch(cell))
      })
      .catch(() => {})
  }

  /** The last viewer is gone. */
  sleep(): void {
    this.#awake = false
    this.#pushed = undefined
    for (const step of this.#sleeping.splice(0)) step()
  }

  /** What there is to draw with now; rejects with a `PublicError` where the widget cannot read its parameters. */
  async take(): Promise<Pick<Job, 'pushed' | 'shown'>> {
    const cells = await this.#findCells()
    if (cells.length === 0) return { pushed: this.#pushed }
    const shown = await Promise.all(
      cells.map(async (cell): Promise<ShownFrame> => {
        return { path: cell.path, frame: cell.frame ?? (await this.#still(cell)) }
      }),
    )
    return { pushed: this.#pushed, shown }
  }

  #findCells(): Promise<readonly Cell[]> {
    const toCell = ({ path, spec }: ShownSpec): Cell => ({ path, spec, frame: undefined })
    this.#cells ??= (this.#init.spec.shown ?? Promise.resolve([])).then((shown) => shown.map(toCell))
    return this.#cells
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
