/** Resolves when a promise has resolved, or after `time` milliseconds. Rejects if the promise rejects before that. */
export async function settledWithin(time: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, time)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
