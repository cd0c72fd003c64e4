import { get } from 'node:http'
import { type Attack, IMAGE_LOAD } from './attacks/attack.ts'

/** What a healthy viewer saw. */
export interface Watched {
  /** Parts that came. */
  parts: number
  /** The longest time between two parts, in milliseconds. */
  longestGap: number
  stop(): Watched
}

/** Watches a stream and measures its pauses. */
export function watchStream({ url, from }: Attack, path: string): Watched {
  let last = performance.now()
  const mark = Buffer.from('Content-Type: image')
  const watched: Watched = {
    parts: 0,
    longestGap: 0,
    stop: () => {
      watched.longestGap = Math.max(watched.longestGap, performance.now() - last)
      request.destroy()
      return watched
    },
  }
  const request = get(`${url}${path}`, { localAddress: from, headers: IMAGE_LOAD }, (response) => {
    response.on('error', () => {})
    response.on('data', (chunk: Buffer) => {
      if (!chunk.includes(mark)) return
      const now = performance.now()
      if (watched.parts > 0) watched.longestGap = Math.max(watched.longestGap, now - last)
      last = now
      watched.parts += 1
    })
  }).on('error', () => {})
  return watched
}

/** Measures the time of a request, again and again. Returns the longest, in milliseconds, when it is stopped. */
export function watchRequests(
  { url, from }: Attack,
  path: string,
): () => { longest: number; statuses: string } {
  let longest = 0
  let isOver = false
  const statuses = new Map<number, number>()
  let began = performance.now()
  const next = () => {
    if (isOver) return
    began = performance.now()
    get(`${url}${path}`, { localAddress: from }, (response) => {
      const status = response.statusCode ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      response.on('end', () => {
        longest = Math.max(longest, performance.now() - began)
        setTimeout(next, 100)
      })
      response.on('error', () => {}).resume()
    }).on('error', () => setTimeout(next, 100))
  }
  next()
  return () => {
    isOver = true
    longest = Math.max(longest, performance.now() - began)
    return { longest, statuses: [...statuses].map((each) => each.join('x')).join(' ') }
  }
}
