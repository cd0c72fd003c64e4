import { setTimeout as sleep } from 'node:timers/promises'
import type { OutgoingClient, OutgoingResponse } from '../system/outgoing.ts'
import { parseDuration } from '../widget/duration.ts'
import { InputError, type ReadInput } from './camera-input.ts'
import { type CameraSpec, hideSecrets } from './camera-spec.ts'
import { FrameReader } from './frame-reader.ts'
import { readBoundary } from './part-head.ts'

/** Milliseconds of the longest timer: a stream has no end. */
const ENDLESS = 2_147_483_647
const STILL_TIMEOUT = 10_000
const MAX_STILL_BYTES = 10_000_000
const MAX_REDIRECTS = 3
const DEFAULT_INTERVAL = 1_000
/** Stills that may fail in a row: one lost request is no outage. */
const MAX_FAILURES = 3

/** Reads the multipart JPEG stream of another server. */
export function mjpegInput({ source }: CameraSpec, client: OutgoingClient): ReadInput {
  return async (sink, signal) => {
    let frames = 0
    let type = 'none'
    try {
      const request = {
        timeout: ENDLESS,
        maxBytes: Number.MAX_SAFE_INTEGER,
        maxRedirects: MAX_REDIRECTS,
        signal,
        isEndless: true,
      }
      const response = await open(client, source, request)
      type = response.headers['content-type'] ?? type
      const onFrame = (bytes: Buffer) => {
        frames += 1
        sink.onFrame(bytes)
      }
      const reader = new FrameReader({ boundary: readBoundary(type), onFrame })
      await response.read((bytes) => reader.push(bytes))
    } catch (error) {
      throw toInputError(error, signal)
    }
    if (frames === 0) throw new InputError(`expected JPEG frames, got ${type.slice(0, 60)}`)
    if (/^image\//i.test(type))
      throw new InputError('expected a stream, got a still: `every` fetches it again and again')
    throw new InputError('the stream has ended')
  }
}

/** Fetches a picture again and again. */
export function stillInput({ source, every = '' }: CameraSpec, client: OutgoingClient): ReadInput {
  const interval = parseDuration(every) ?? DEFAULT_INTERVAL
  return async (sink, signal) => {
    for (let failures = 0; ; ) {
      const startedAt = performance.now()
      try {
        await fetchStill(client, source, signal, (bytes) => sink.onFrame(bytes))
        failures = 0
      } catch (error) {
        failures += 1
        if (signal.aborted || failures >= MAX_FAILURES) throw toInputError(error, signal)
      }
      const rest = interval - (performance.now() - startedAt)
      await sleep(Math.max(0, rest), undefined, { signal }).catch((error: unknown) => {
        throw toInputError(error, signal)
      })
    }
  }
}

async function fetchStill(
  client: OutgoingClient,
  source: string,
  signal: AbortSignal,
  onFrame: (bytes: Buffer) => void,
): Promise<void> {
  const limits = { timeout: STILL_TIMEOUT, maxBytes: MAX_STILL_BYTES, maxRedirects: MAX_REDIRECTS, signal }
  const response = await open(client, source, limits)
  let frames = 0
  const reader = new FrameReader({
    onFrame: (bytes) => {
      frames += 1
      if (frames === 1) onFrame(bytes)
    },
  })
  for await (const chunk of response.stream()) reader.push(chunk as Buffer)
  if (frames === 0)
    throw new InputError(`expected a complete JPEG, got ${response.headers['content-type'] ?? 'none'}`)
}

async function open(
  client: OutgoingClient,
  source: string,
  limits: Omit<Parameters<OutgoingClient['open']>[0], 'url' | 'headers'>,
): Promise<OutgoingResponse> {
  const { url, headers } = splitCredentials(source)
  const response = await client.open({ url, headers, isLenient: true, ...limits })
  if (response.fault === undefined) return response
  response.close()
  throw new InputError(`the camera returned ${response.fault}`)
}

/** A URL must not have a user name and a password: they are a header. */
function splitCredentials(source: string): { url: string; headers: Record<string, string> } {
  const url = new URL(source)
  const { username, password } = url
  if (username === '' && password === '') return { url: source, headers: {} }
  url.username = ''
  url.password = ''
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  return { url: url.href, headers: { Authorization: `Basic ${basic}` } }
}

function toInputError(error: unknown, { aborted, reason }: AbortSignal): InputError {
  if (aborted) return new InputError(typeof reason === 'string' ? reason : 'stopped')
  if (error instanceof InputError) return error
  return new InputError(hideSecrets((error as Error).message).slice(0, 300))
}
