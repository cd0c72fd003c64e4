/** What of a scene a drawing can read that changes between two drawings of one picture. */
export type SceneCounter = 'connections' | 'visitors' | 'peak' | 'time'

/**
 * What a drawing has read. `outside` is all that only the widget knows of: its `load`, or a parameter's own parser, has
 * run. Where `time` and `outside` are missing, equal values of the others mean an equal picture.
 */
export type SceneRead = SceneCounter | 'outside'

const COUNTERS: readonly SceneCounter[] = ['connections', 'visitors', 'peak', 'time']

/** Returns a copy of `scene` that adds to `reads` the name of each counter that is read from it. */
export function observeReads<T extends Record<SceneCounter, number>>(scene: T, reads: Set<SceneRead>): T {
  const observed = { ...scene }
  for (const name of COUNTERS) {
    let value = scene[name]
    Object.defineProperty(observed, name, {
      enumerable: true,
      get() {
        reads.add(name)
        return value
      },
      set(given: T[typeof name]) {
        value = given
      },
    })
  }
  return observed
}
