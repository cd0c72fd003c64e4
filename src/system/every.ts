/**
 * Calls back at each multiple of a period, in milliseconds of `performance.now()`, until the returned function is called. Timers
 * of one period or its multiples then share their wake-ups: one costs an idle process more than the work that it does. Does not
 * keep the process alive.
 */
export function every(period: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  let count = 0
  const schedule = () => {
    const now = performance.now()
    // Never twice for one multiple: a timer can be early by a part of a millisecond, and a division can round down.
    count = Math.max(count, Math.floor(now / period)) + 1
    timer = setTimeout(onTime, Math.ceil(count * period - now)).unref()
  }
  const onTime = () => {
    schedule()
    callback()
  }
  schedule()
  return () => clearTimeout(timer)
}
