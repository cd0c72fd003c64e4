import type { Fault } from '../errors.ts'

/** One call of a running server's API. */
export interface ApiCall {
  /** The server's address. */
  url: string
  token: string | undefined
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below `/api`. */
  path: string
  body?: object
  /** Gives up waiting for the answer. */
  signal?: AbortSignal
}

const DEFAULT_URL = 'http://localhost:9192'

/** Reads the address of a server, and tells what is wrong with it. */
export function readServerUrl(text = DEFAULT_URL, faults: Fault[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    faults.push({ name: text, detail: `expected the address of a server, like ${DEFAULT_URL}` })
  }
  return text.replace(/\/$/, '')
}

/** What the API answers; undefined for an answer without a body. Rejects with an `Error` that says what is wrong. */
export async function callApi({ url, token, method, path, body, signal }: ApiCall): Promise<unknown> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token ?? ''}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    throw new Error(`${url} does not answer: ${cause}`)
  })
  if (response.status === 204) return undefined
  if (response.ok) return response.json()
  if (response.status === 401) throw new Error(`${url} wants its token: set IMGCAST_TOKEN or give --token`)
  const { detail, errors = [] } = (await response.json().catch(() => ({}))) as {
    detail?: string
    errors?: Fault[]
  }
  if (errors.length > 0) throw new Error(errors.map((fault) => `${fault.name}: ${fault.detail}`).join('\n'))
  throw new Error(`${url} answers ${response.status}: ${detail ?? 'is this an Imgcast server?'}`)
}
