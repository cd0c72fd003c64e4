/** Resolves when a promise has resolved, or after `time` milliseconds. Rejects if the promise rejects before that. */
export function settledWithin(time: number, promise: Promise<unknown>): Promise<void> {
  // By hand: `race` and `finally` make six promises more, for each request of a badge.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time)
    promise.then(
      () => {
        clearTimeout(timer)
        resolve()
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
