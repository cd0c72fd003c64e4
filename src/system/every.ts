/**
 * Calls back at each multiple of a period, in milliseconds of `performance.now()`, until the returned function is called. Timers
 * of one period or its multiples then share their wake-ups: one costs an idle process more than the work that it does. Does not
 * keep the process alive.
 */
export function every(period: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  let due = performance.now()
  const schedule = () => {
    const now = performance.now()
    // Never twice for one multiple: a timer can be early by a part of a millisecond.
    due = (Math.floor(Math.max(now, due) / period) + 1) * period
    timer = setTimeout(onTime, Math.ceil(due - now)).unref()
  }
  const onTime = () => {
    schedule()
    callback()
  }
  schedule()
  return () => clearTimeout(timer)
}
