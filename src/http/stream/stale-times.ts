/** The minimum time until a picture marks itself as stale, as a multiple of the longest time between two of its parts. */
const MARGIN = 4 / 3
/** The longest time between two parts: reverse proxies close a connection that is silent for a minute. */
const LONGEST_REFRESH = 15_000

/**
 * The times of a stream's marks in milliseconds: from a part's arrival to the mark, and the longest time until the whole
 * picture is sent again.
 * @param stale as `readStale` returns it, and not 0.
 * @param heartbeat the longest silence of a stream without marks.
 */
export function staleTimes(stale: number, heartbeat: number): { delay: number; refresh: number } {
  const refresh = Math.max(heartbeat, Math.min(LONGEST_REFRESH, stale / MARGIN))
  return { delay: Math.max(stale, refresh * MARGIN), refresh }
}
