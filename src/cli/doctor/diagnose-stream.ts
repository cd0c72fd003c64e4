import type { Finding } from './finding.ts'
import type { Observations } from './observations.ts'
import { remedyFor } from './remedies.ts'

/** Milliseconds below which two pictures count as having arrived together. */
const TOGETHER = 50
const SECOND = 1000

/** Reports how many pictures a reader can have open. */
export function diagnoseVersion({ reach, proxy, identity }: Observations): Finding | undefined {
  if (identity?.base === undefined) return undefined
  const id = 'http-version'
  if (reach.protocol === 'HTTP/2') return { id, level: 'ok', detail: 'HTTP/2' }
  return {
    id,
    level: 'warning',
    detail: `HTTP/1.1${reach.tls ? '' : ', without TLS'}: six pictures at once`,
    remedy: reach.tls
      ? remedyFor('no-http2', proxy)
      : 'Pages over https:// do not load pictures over http://, and browsers use HTTP/2 only with TLS: serve https://.',
  }
}

/** Checks that the server knows the protocol between browser and proxy: it decides which pictures are live. */
export function diagnoseClientProtocol({ reach, proxy, clientProtocol }: Observations): Finding | undefined {
  if (clientProtocol === undefined) return undefined
  const id = 'client-protocol'
  const [taken, assumed] = clientProtocol.split('; ')
  if (taken !== reach.protocol) {
    const detail = `the server takes ${reach.protocol} for ${taken}`
    return { id, level: 'warning', detail, remedy: remedyFor('hides-protocol', proxy) }
  }
  const why = assumed === undefined ? '' : ', assumed: the proxy does not send X-Client-Protocol'
  return { id, level: 'ok', detail: `the server takes it for ${taken}${why}` }
}

/** Checks whether the head was changed on the way. */
export function diagnoseHeaders({ opened, proxy }: Observations): Finding | undefined {
  if (opened?.headers === undefined || opened.status !== 200) return undefined
  const id = 'headers'
  const { headers } = opened
  const problem = (detail: string, remedy: string): Finding => ({ id, level: 'problem', detail, remedy })
  if (opened.isHeldToCompress)
    return problem('none arrive if the client accepts compression', remedyFor('compresses', proxy))
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return problem(`Content-Encoding: ${encoding} was added`, remedyFor('compresses', proxy))
  if (headers.age !== undefined || /\bhit\b/i.test(headers['x-cache'] ?? headers['cf-cache-status'] ?? ''))
    return problem('the response came from a cache', remedyFor('caches', proxy))
  const policy = headers['cross-origin-resource-policy'] ?? 'cross-origin'
  if (policy !== 'cross-origin') {
    const remedy =
      'Pages of other sites cannot show the pictures: do not set Cross-Origin-Resource-Policy in the proxy.'
    return problem(`Cross-Origin-Resource-Policy: ${policy}`, remedy)
  }
  const control = headers['cache-control'] ?? 'none'
  if (!/\bno-store\b/.test(control)) {
    const remedy =
      "Do not change the server's Cache-Control: without `no-store` a second tab of a browser has to wait."
    return { id, level: 'warning', detail: `Cache-Control: ${control}`, remedy }
  }
  return { id, level: 'ok', detail: 'as the server sent them' }
}

/** Checks that a browser's request returns a stream. */
export function diagnoseOpened({ opened }: Observations): Finding | undefined {
  if (!opened) return undefined
  const id = 'stream'
  const { status, isStill } = opened
  if (status === undefined || status === 200) {
    if (!isStill) return status === 200 ? { id, level: 'ok', detail: 'a browser gets one' } : undefined
    const remedy =
      'The server does not recognise the browser: forward Sec-Fetch-Dest, Accept and User-Agent unchanged, and cache nothing.'
    return { id, level: 'problem', detail: 'a browser gets a still', remedy }
  }
  const remedies: Record<number, string> = {
    403: 'The proxy refuses the request, or the server does because of --allow-referrer: check both logs.',
    429: 'Too many pictures are open from one address: behind a proxy set `--trust-proxy`, else raise `--max-connections-per-address`.',
    503: 'The server is full or busy: check its log, and raise `--max-connections` or `--max-channels` if it names them.',
  }
  return {
    id,
    level: 'problem',
    detail: `status ${status}`,
    remedy: remedies[status] ?? 'The server responds, but not with a picture: check its log.',
  }
}

/** Checks how long the first picture takes. */
export function diagnoseFirst({ opened, roundTrip = 0, proxy }: Observations): Finding | undefined {
  if (!opened || (opened.status !== undefined && opened.status !== 200)) return undefined
  const id = 'first-picture'
  const { first } = opened
  if (first === undefined)
    return { id, level: 'problem', detail: 'none within 5 s', remedy: remedyFor('buffers', proxy) }
  const detail = `after ${first.toFixed(0)} ms`
  if (first <= SECOND + 2 * roundTrip) return { id, level: 'ok', detail }
  return {
    id,
    level: first <= 3 * SECOND ? 'warning' : 'problem',
    detail,
    remedy: remedyFor('buffers', proxy),
  }
}

/** Checks how long a change takes to arrive. */
export function diagnosePushes({ pushes, roundTrip = 0, proxy }: Observations): Finding | undefined {
  if (!pushes) return undefined
  const id = 'push-delay'
  const delay = pushes.toSorted((a, b) => a - b)[Math.floor(pushes.length / 2)] ?? Number.POSITIVE_INFINITY
  if (delay === Number.POSITIVE_INFINITY)
    return { id, level: 'problem', detail: 'a change does not arrive', remedy: remedyFor('buffers', proxy) }
  const detail = `${delay.toFixed(0)} ms from a change to its picture`
  if (delay <= SECOND / 2 + 2 * roundTrip) return { id, level: 'ok', detail }
  return {
    id,
    level: delay <= 2 * SECOND ? 'warning' : 'problem',
    detail,
    remedy: remedyFor('buffers', proxy),
  }
}

/** Checks that pictures arrive one by one. */
export function diagnosePace({ pace, proxy }: Observations): Finding | undefined {
  if (!pace) return undefined
  const id = 'buffering'
  const { arrivals, watched, interval } = pace
  const bursts = arrivals.filter((at, index) => at - (arrivals[index - 1] ?? -TOGETHER) >= TOGETHER).length
  const sent = Math.round(watched / interval)
  const detail = `${arrivals.length} pictures of about ${sent}, at ${bursts} times`
  if (arrivals.length < 2) return { id, level: 'problem', detail, remedy: remedyFor('buffers', proxy) }
  const together = arrivals.length / bursts
  if (together < 1.5) return { id, level: 'ok', detail }
  return { id, level: together >= 2 ? 'problem' : 'warning', detail, remedy: remedyFor('buffers', proxy) }
}

/** Checks that the stream of an unchanging picture stays open. */
export function diagnoseQuiet({ quiet, proxy }: Observations): Finding | undefined {
  if (!quiet) return undefined
  const id = 'stays-open'
  const seconds = (time: number) => `${(time / SECOND).toFixed(0)} s`
  if (quiet.ended !== undefined) {
    const detail = `ended after ${seconds(quiet.ended)}`
    return { id, level: 'problem', detail, remedy: remedyFor('ends-early', proxy) }
  }
  const more = quiet.watched < 60 * SECOND ? '; --wait 70s looks longer' : ''
  return { id, level: 'ok', detail: `for ${seconds(quiet.watched)}${more}` }
}

/** Checks that WebSockets are passed on: without them `<live-img>` shows streams, of which a page has few. */
export function diagnoseSocket({ socket, proxy }: Observations): Finding | undefined {
  if (!socket) return undefined
  const id = 'websocket'
  if (socket.isOpen) return { id, level: 'ok', detail: 'one opens at /ws, for <live-img>' }
  const { status } = socket
  const detail = status === undefined ? 'none opens at /ws' : `status ${status} at /ws`
  const remedies: Record<number, string> = {
    403: 'The proxy refuses it, or the server does because of --allow-referrer: check both logs.',
    429: 'Too many connections are open from one address: behind a proxy set `--trust-proxy`, else raise `--max-connections-per-address`.',
    503: 'The server is full or stopping: check its log.',
  }
  const remedy = remedies[status ?? 0] ?? remedyFor('refuses-upgrade', proxy)
  return { id, level: 'warning', detail, remedy }
}
