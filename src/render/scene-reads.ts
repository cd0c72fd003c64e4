/** The parts of a scene that can change between two drawings of one picture. */
export type SceneCounter = 'connections' | 'visitors' | 'peak' | 'isPartial' | 'time'

/** What names the room in a scene. */
type SceneName = 'room' | 'key'

/**
 * What a drawing has read. `room` is the room's name or its key. `outside` is all that only the widget knows of: its
 * `load` has run for this drawing alone, or a parameter's own parser has. Where `time` and `outside` are missing, equal values of the others mean an
 * equal picture; where `room` is missing too, in every room.
 */
export type SceneRead = SceneCounter | 'room' | 'outside'

const READ_OF: ReadonlyMap<string | symbol, SceneRead> = new Map<
  SceneCounter | SceneName | 'dataAge',
  SceneRead
>([
  ['connections', 'connections'],
  ['visitors', 'visitors'],
  ['peak', 'peak'],
  ['isPartial', 'isPartial'],
  ['time', 'time'],
  // It grows with time.
  ['dataAge', 'time'],
  ['room', 'room'],
  ['key', 'room'],
])

/** Notes reads. Accessors of a copy would do the same, but to define eight of them takes thirty times as long, 9 µs. */
class Reader<T extends object> implements ProxyHandler<T> {
  readonly #reads: Set<SceneRead>

  constructor(reads: Set<SceneRead>) {
    this.#reads = reads
  }

  get(scene: T, name: string | symbol): unknown {
    const read = READ_OF.get(name)
    if (read !== undefined && name in scene) this.#reads.add(read)
    return scene[name as keyof T]
  }
}

/** Returns a copy of `scene` that adds to `reads` what is read from it, if `SceneRead` names it. */
export function observeReads<T extends object>(scene: T, reads: Set<SceneRead>): T {
  return new Proxy({ ...scene }, new Reader<T>(reads))
}
