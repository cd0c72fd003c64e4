import { LRUCache } from 'lru-cache'
import type { RoomCounts } from '../cluster/presence.ts'
import type { Drawing } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import type { SceneRead } from '../render/scene-reads.ts'
import { lookKey } from '../widget/look.ts'
import type { DrawingInputs } from './drawing-inputs.ts'
import type { ChannelSpec } from './spec.ts'

/** The size of the cache, in bytes of pictures. */
const MAX_BYTES = 8_388_608
/** The overhead of a drawing, in bytes, roughly. */
const ENTRY_COST = 500

type Counter = keyof RoomCounts

/**
 * Drawings that are the same in every room: their widget has read neither the room's name, nor the time, nor anything
 * outside the scene. A thousand new rooms with one viewer each then share one drawing, without waiting for a render process.
 */
export class SharedDrawings {
  readonly #drawings = new LRUCache<string, Drawing>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ frame }, id) => frame.bytes.length + id.length * 2 + ENTRY_COST,
    // The combinations of counters that drawings of a look have read are known from its drawings alone.
    dispose: (_drawing, id) => this.#forget(id),
  })
  /** For each look: the combinations of counters that its drawings have read, and how many drawings have each. */
  readonly #combinations = new Map<string, Map<string, number>>()
  /** The renderer replaces its manifests when code has changed. */
  #code: Renderer['manifests'] | undefined

  /** The current drawing of a picture; undefined if it is unknown. */
  find(spec: ChannelSpec, inputs: DrawingInputs): Drawing | undefined {
    if (!isPlain(inputs) || inputs.code !== this.#code) return undefined
    const look = lookOf(spec)
    for (const combination of this.#combinations.get(look)?.keys() ?? []) {
      const drawing = this.#drawings.get(idOf(look, combination, inputs.counts))
      if (drawing) return drawing
    }
    return undefined
  }

  /** Keeps a drawing that is the same in every room; ignores any other. */
  add(spec: ChannelSpec, inputs: DrawingInputs, drawing: Drawing): void {
    if (!isPlain(inputs) || drawing.next !== undefined || !drawing.reads.every(isCounter)) return
    if (inputs.code !== this.#code) this.#clear(inputs.code)
    const look = lookOf(spec)
    const combination = drawing.reads.toSorted().join(',')
    const id = idOf(look, combination, inputs.counts)
    if (this.#drawings.has(id)) return
    const known = this.#combinations.get(look) ?? new Map<string, number>()
    known.set(combination, (known.get(combination) ?? 0) + 1)
    this.#combinations.set(look, known)
    this.#drawings.set(id, drawing)
    // A drawing that is larger than the cache is not kept.
    if (!this.#drawings.has(id)) this.#forget(id)
  }

  #clear(code: Renderer['manifests']): void {
    this.#drawings.clear()
    this.#combinations.clear()
    this.#code = code
  }

  #forget(id: string): void {
    const [look = '', combination = ''] = id.split('\n')
    const known = this.#combinations.get(look)
    const left = (known?.get(combination) ?? 0) - 1
    if (left > 0) known?.set(combination, left)
    else known?.delete(combination)
    if (known?.size === 0) this.#combinations.delete(look)
  }
}

/** Whether only counts distinguish the room. */
function isPlain({ changes, pushed, loaded, embedded }: DrawingInputs): boolean {
  return changes === 0 && pushed === undefined && loaded === undefined && embedded.length === 0
}

function isCounter(name: SceneRead): name is Counter {
  return name === 'connections' || name === 'visitors' || name === 'peak' || name === 'isPartial'
}

function lookOf({ widget, look }: ChannelSpec): string {
  return JSON.stringify([widget, lookKey(look)])
}

/** JSON contains no line breaks, so they separate the parts. */
function idOf(look: string, combination: string, counts: RoomCounts): string {
  const values = combination === '' ? [] : combination.split(',').map((name) => counts[name as Counter])
  return `${look}\n${combination}\n${values.join(',')}`
}
