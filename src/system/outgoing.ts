import { lookup as systemLookup } from 'node:dns'
import http, { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { quote } from '../errors.ts'
import { type BodyTap, createBodyTap } from './body-tap.ts'
import { ByteLimit } from './byte-limit.ts'
import { Deadline } from './deadline.ts'
import { isPublicAddress } from './is-public-address.ts'
import { readBody } from './read-body.ts'
import { parseRetryAfter } from './retry-after.ts'

/** A request to another server. */
export interface OutgoingRequest {
  url: string
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  headers?: Readonly<Record<string, string>>
  body?: string | Buffer
  /** Aborts it. */
  signal?: AbortSignal
  /** Milliseconds for the whole request: name lookup, redirects, head and body. @default 10000 */
  timeout?: number
  /** Maximum bytes of the body, both as sent and decoded. @default 1048576 */
  maxBytes?: number
  /** Number of redirects to follow, only for a GET. @default 0: the response is the redirect itself */
  maxRedirects?: number
  /** Whether the body is read by `read`, which then needs no new memory for a body without an end. @default false */
  isEndless?: boolean
  /** Whether a response with small errors is read, such as lines that end with LF alone. @default false */
  isLenient?: boolean
}

/** The head of a response, and limited access to its body. Call one of `stream`, `read`, `text` and `close`. */
export interface OutgoingResponse {
  status: number
  headers: IncomingHttpHeaders
  /** The address that responded, after redirects. */
  url: string
  /** The error in the status; undefined for 2xx. */
  fault: string | undefined
  /** Milliseconds to wait before the next request, as the response requires (`Retry-After`). */
  retryAfter: number | undefined
  /** The decoded body. Fails on too many bytes, a wrong coding, or after the time limit. @throws Error for an unknown coding */
  stream(): Readable
  /** Calls back with each piece of the body of an endless request, in memory that is valid during the call only. Resolves at its end. */
  read(onBytes: (bytes: Buffer) => void): Promise<void>
  /** The whole body as UTF-8. Rejects if `stream` fails. */
  text(): Promise<string>
  /** Ignores the body. */
  close(): void
}

/** The options of a client. */
export interface OutgoingInit {
  /** Whether requests to addresses outside of the public internet are allowed. */
  allowPrivateTargets: boolean
  /** Resolves host names. @default the system's */
  lookup?: typeof systemLookup
}

const TIMEOUT = 10_000
const MAX_BYTES = 1_048_576
const MAX_HEADER_BYTES = 16_384
/** A body up to this length is read before its connection is closed, so that the other side sees no reset. */
const IGNORED_BYTES = 65_536
const MAX_URL_LENGTH = 2_000
/** Headers that another origin may see after a redirect. */
const PUBLIC_HEADERS = ['accept', 'user-agent']

/**
 * Sends every request of this process to other servers: status polls, webhooks, commands. Limits time, bytes, header bytes
 * and redirects, and connects only to checked addresses: the check is part of the name lookup of each connection, so that a
 * name that resolves differently the second time does not bypass it. Every error is a rejection, or an error of the body,
 * with a message in plain words.
 */
export class OutgoingClient {
  readonly #allowPrivateTargets: boolean
  readonly #resolve: typeof systemLookup

  constructor({ allowPrivateTargets, lookup = systemLookup }: OutgoingInit) {
    this.#allowPrivateTargets = allowPrivateTargets
    this.#resolve = lookup
  }

  /** Sends a request; resolves when the head of the response has arrived. */
  async open(request: OutgoingRequest): Promise<OutgoingResponse> {
    const deadline = new Deadline(request.timeout ?? TIMEOUT, request.signal)
    try {
      let url = new URL(request.url)
      let headers = request.headers ?? {}
      for (let redirects = 0; ; redirects += 1) {
        const tap = request.isEndless ? createBodyTap() : undefined
        const message = await this.#send(url, { ...request, headers }, deadline.signal, tap)
        const target = redirectTarget(message, url)
        if (target === undefined || !request.maxRedirects || (request.method ?? 'GET') !== 'GET') {
          return toResponse(message, url, request.maxBytes ?? MAX_BYTES, deadline, tap)
        }
        message.destroy()
        if (redirects >= request.maxRedirects) throw new Error(`more than ${request.maxRedirects} redirects`)
        const fault = findUrlFault(target.href)
        if (fault !== undefined)
          throw new Error(`redirected to an address that is not allowed: expected ${fault}`)
        if (target.origin !== url.origin) headers = withoutSecrets(headers)
        url = target
      }
    } catch (error) {
      deadline.clear()
      throw new Error(describeCause(error as Error), { cause: error })
    }
  }

  #send(
    url: URL,
    { method = 'GET', headers, body, isLenient = false }: OutgoingRequest,
    signal: AbortSignal,
    tap: BodyTap | undefined,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw signal.reason
      const host = url.hostname.replace(/^\[|\]$/g, '')
      // `lookup` is not called for an address.
      if (isIP(host) !== 0) this.#check(host, host)
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method,
        // A separate connection: none is left open, and the address of each is checked.
        agent: false,
        lookup: this.#lookup,
        // Goes to the connection.
        ...(tap && { onread: tap.onread }),
        maxHeaderSize: MAX_HEADER_BYTES,
        // Each response has its own connection: there is no other that it could be taken for.
        insecureHTTPParser: isLenient,
        headers: {
          'User-Agent': 'imgcast',
          'Accept-Encoding': 'identity',
          ...headers,
          ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
        },
      })
      request.on('socket', (socket) => tap?.connect(socket))
      const abort = () => {
        request.destroy(signal.reason as Error)
        // The request itself emits nothing more after some errors.
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
      // Never removed: a connection can fail again after it has failed or was abandoned.
      request.on('error', reject)
      request.on('response', (message) => {
        message.on('error', () => {})
        resolve(message)
      })
      // Without this listener the request would never settle.
      request.on('upgrade', (_message, socket) => {
        socket.destroy()
        reject(new Error('the other side switches to another protocol'))
      })
      request.end(body)
    })
  }

  #lookup: LookupFunction = (name, options, callback) => {
    this.#resolve(name, { ...options, all: true }, (error, found) => {
      try {
        if (error) throw error
        for (const { address } of found) this.#check(address, name)
        const [first] = found
        if (!first) throw new Error(`${name} has no address`)
        if (options.all) callback(null, found)
        else callback(null, first.address, first.family)
      } catch (fault) {
        callback(fault as Error, '')
      }
    })
  }

  #check(address: string, name: string): void {
    if (this.#allowPrivateTargets || isPublicAddress(address)) return
    const where = address === name ? address : `${name} (${address})`
    throw new Error(`${where} is not a public address; the server option --allow-private-targets allows it`)
  }
}

/** The expected form of a request's address, after `expected`; undefined if the address has it. */
export function findUrlFault(value: unknown): string | undefined {
  const expected = `an http or https URL of at most ${MAX_URL_LENGTH} characters, got ${quote(value)}`
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !URL.canParse(value)) return expected
  const { protocol, username, password } = new URL(value)
  if (protocol !== 'http:' && protocol !== 'https:') return expected
  return username !== '' || password !== '' ? 'a URL without a user name and a password' : undefined
}

function toResponse(
  message: IncomingMessage,
  url: URL,
  maxBytes: number,
  deadline: Deadline,
  tap: BodyTap | undefined,
): OutgoingResponse {
  const { statusCode: status = 0, headers } = message
  message.once('close', () => deadline.clear())
  const stream = () => {
    const decoder = createDecoder(headers['content-encoding'])
    const coded = decoder ? [new ByteLimit(maxBytes), decoder] : []
    const body = new ByteLimit(maxBytes)
    pipeline([message, ...coded, body], () => deadline.clear())
    const { signal } = deadline
    // First, so that the body fails with the cause and not with a consequence.
    const abort = () => body.destroy(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return body
  }
  const close = () => {
    let left = IGNORED_BYTES
    message.on('data', ({ length }: Buffer) => {
      left -= length
      if (left < 0) message.destroy()
    })
  }
  return {
    status,
    headers,
    url: url.href,
    fault: findStatusFault(status, redirectTarget(message, url)),
    retryAfter: parseRetryAfter(headers['retry-after'], Date.now()),
    stream,
    read: (onBytes) => readBody({ message, stream, tap }, onBytes, deadline.signal),
    text: async () => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of stream()) chunks.push(chunk as Buffer)
        return Buffer.concat(chunks).toString('utf8')
      } catch (error) {
        message.destroy()
        throw new Error(describeCause(error as Error), { cause: error })
      }
    },
    close,
  }
}

/** At most one coding, and only those that browsers support: a list of codings can hide a decompression bomb. */
function createDecoder(coding = 'identity') {
  switch (coding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new Error(`expected a Content-Encoding of gzip, deflate, br or none, got ${quote(coding)}`)
  }
}

function redirectTarget({ statusCode = 0, headers }: IncomingMessage, url: URL): URL | undefined {
  const { location } = headers
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode)
  return isRedirect && location !== undefined && URL.canParse(location, url.href)
    ? new URL(location, url)
    : undefined
}

function findStatusFault(status: number, target: URL | undefined): string | undefined {
  if (status >= 200 && status < 300) return undefined
  const said = `status ${status} ${STATUS_CODES[status] ?? ''}`.trim()
  // Only the host: a URL may contain a secret.
  return target ? `${said}: a redirect to ${target.host || 'another address'}, which is not followed` : said
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => PUBLIC_HEADERS.includes(name.toLowerCase())),
  )
}

function describeCause(error: Error): string {
  // If a name has several addresses, each has its own error, and the outer error has no message.
  const { message } = error instanceof AggregateError ? (error.errors[0] as Error) : error
  if (message === 'aborted' || message === 'socket hang up')
    return 'the connection closed before the response was complete'
  return message || 'the request failed'
}
