import type { Fault } from '../errors.ts'
import { type Guard, isListOf, isObjectOf, isText } from './guards.ts'
import { harmless } from './printable.ts'

/** What a call should be answered with. */
export interface Expected<T> {
  /** Its name, after `no`: `list of hooks`. */
  name: string
  is: Guard<T>
}

/** One call of a running server's API. */
export interface ApiCall<T> {
  /** The server's address. */
  url: string
  token: string | undefined
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below `/api`. */
  path: string
  body?: object
  expected: Expected<T>
  /** Gives up waiting for the answer. */
  signal?: AbortSignal
}

/** An answer without a body. */
export const NOTHING: Expected<undefined> = {
  name: 'confirmation',
  is: (value) => value === undefined,
}

const isFaults = isListOf(isObjectOf<Fault>({ name: isText, detail: isText }))

/**
 * What the API answers; undefined for an answer without a body. Rejects with an `Error` that says what is wrong, in words
 * that cannot steer a terminal.
 */
export async function callApi<T>(call: ApiCall<T>): Promise<T> {
  const { url, token, method, path, body, signal, expected } = call
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token ?? ''}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    throw new Error(`${url} does not answer: ${cause}`)
  })
  if (response.ok) {
    const answer = response.status === 204 ? undefined : await readJson(response)
    if (expected.is(answer)) return answer
    throw new Error(`${url} answers no ${expected.name}: is this an Imgcast server?`)
  }
  if (response.status === 401) {
    const which = token === undefined ? 'wants its token' : 'wants another token than this one'
    throw new Error(`${url} ${which}: set IMGCAST_TOKEN or give --token`)
  }
  const { detail, errors } = ((await readJson(response)) ?? {}) as { detail?: unknown; errors?: unknown }
  if (isFaults(errors) && errors.length > 0) {
    throw new Error(errors.map((fault) => harmless(`${fault.name}: ${fault.detail}`)).join('\n'))
  }
  const said = isText(detail) ? harmless(detail) : 'is this an Imgcast server?'
  throw new Error(`${url} answers ${response.status}: ${said}`)
}

/** Null for what is no JSON. Rejects where the answer breaks off. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
