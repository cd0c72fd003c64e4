import { quote } from '../errors.ts'

/** What the server asks of another one. */
export interface OutgoingRequest {
  url: string
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Ends it early. */
  signal: AbortSignal
}

/** What the other one answered. */
export interface OutgoingAnswer {
  status: number
  /** Empty where the status is wrong. */
  body: string
  /** What is wrong with the status, in a sentence; undefined for 2xx. */
  fault: string | undefined
}

/** How long an answer may take in all, in milliseconds. */
const TIMEOUT = 10_000
const LARGEST_ANSWER_BYTES = 1_048_576
const LONGEST_URL = 2_000

/**
 * Asks another server, in ten seconds at most. Redirects are not followed: what is asked is the address that somebody
 * with the token wrote, and no other. Rejects with an `Error` that says in a sentence what went wrong.
 */
export async function sendOutgoing({ url, signal, ...init }: OutgoingRequest): Promise<OutgoingAnswer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)])
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: limit })
    const { status } = response
    const fault = findStatusFault(response, url)
    if (fault === undefined) return { status, body: await readBody(response), fault }
    await response.body?.cancel()
    return { status, body: '', fault }
  } catch (error) {
    throw new Error(sayCause(error as Error & { cause?: unknown }), { cause: error })
  }
}

/** Says what is wrong with an address, after `expected`; undefined where nothing is. */
export function findUrlFault(value: unknown): string | undefined {
  const expected = `an http or https URL of at most ${LONGEST_URL} characters, got ${quote(value)}`
  if (typeof value !== 'string' || value.length > LONGEST_URL || !URL.canParse(value)) return expected
  const { protocol, username, password } = new URL(value)
  if (protocol !== 'http:' && protocol !== 'https:') return expected
  return username !== '' || password !== '' ? 'a URL without a user name and a password' : undefined
}

function findStatusFault({ status, ok, headers }: Response, url: string): string | undefined {
  if (ok) return undefined
  const location = headers.get('location')
  if (status < 300 || status > 399 || location === null || !URL.canParse(location, url))
    return `it answers ${status}`
  // No more of it: an address may hold a secret.
  const { host } = new URL(location, url)
  return `it answers ${status}, a redirect to ${host || 'another address'}, and none is followed`
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > LARGEST_ANSWER_BYTES)
      throw new Error(`its answer has more than ${LARGEST_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sayCause({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return `it has not answered within ${TIMEOUT / 1000} s`
  if (!(cause instanceof Error)) return message
  // Where a name has several addresses, each has an error of its own and the one around them has no words.
  const first = cause instanceof AggregateError ? (cause.errors[0] as Error) : cause
  return first.message || message
}
