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

const READ_OF: Readonly<Record<SceneCounter | SceneName | 'dataAge', SceneRead>> = {
  connections: 'connections',
  visitors: 'visitors',
  peak: 'peak',
  isPartial: 'isPartial',
  time: 'time',
  // It grows with time.
  dataAge: 'time',
  room: 'room',
  key: 'room',
}

/** Returns a copy of `scene` that adds to `reads` what is read from it, if `SceneRead` names it. */
export function observeReads<T extends object>(scene: T, reads: Set<SceneRead>): T {
  const observed = { ...scene }
  for (const [name, read] of Object.entries(READ_OF)) {
    if (!(name in scene)) continue
    let value: unknown = scene[name as keyof T]
    Object.defineProperty(observed, name, {
      enumerable: true,
      get() {
        reads.add(read)
        return value
      },
      set(given: unknown) {
        value = given
      },
    })
  }
  return observed
}
