import { setTimeout as sleep } from 'node:timers/promises'

/** Polls a check until it no longer throws, and returns its result; at the timeout its last error is thrown. */
export async function eventually<T = void>(
  check: () => T | Promise<T>,
  { timeout = 10_000, interval = 20 }: { timeout?: number; interval?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() >= deadline) throw error
    }
    await sleep(interval)
  }
}
