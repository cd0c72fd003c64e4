/** Returns a function that calls `load` the first time, and returns the same value each time. A failed call is repeated. */
export function lazy<Value extends object>(load: () => Value): () => Value {
  let loaded: Value | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
