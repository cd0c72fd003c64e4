import * as z from 'zod'
import { problemSchema } from '../http/api/schemas.ts'
import { OutgoingClient, type OutgoingResponse } from '../system/outgoing.ts'
import { harmless } from './printable.ts'

/** The response that a call expects. */
export interface Expected<T> {
  /** Its name in error messages: `list of hooks`. */
  name: string
  /** Validates every field that is shown: a text in place of a number could contain terminal escapes. */
  schema: z.ZodType<T>
}

/** One call of a running server's API. */
export interface ApiCall<T> {
  /** The server's address. */
  url: string
  token: string | undefined
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below `/api`. */
  path: string
  /** Sent as JSON, unless it is a file's bytes. */
  body?: object
  expected: Expected<T>
  /** Aborts the call. */
  signal?: AbortSignal
}

/** The error of a server that responds with one. */
export class ApiError extends Error {
  /** Whether the same call may succeed later. */
  readonly isPassing: boolean

  constructor(message: string, status: number) {
    super(message)
    this.isPassing = status >= 500 || status === 429
  }
}

/** A response without a body. */
export const NOTHING: Expected<undefined> = { name: 'confirmation', schema: z.undefined() }

const detailSchema = problemSchema.pick({ detail: true })
const faultsSchema = problemSchema.pick({ errors: true }).required()
const TIMEOUT = 30_000
/** A page of 1000 rooms has a third of a megabyte. */
const MAX_BYTES = 16_777_216
const MAX_REDIRECTS = 5

/**
 * Calls the API of a running server; resolves to the body of the response, or undefined if it has none. Rejects with an
 * `Error` whose message contains no terminal escapes.
 */
export async function callApi<T>(call: ApiCall<T>): Promise<T> {
  const { url, token, method, path, body, signal, expected } = call
  // The user chose the server, which is usually on the same machine.
  const client = new OutgoingClient({ allowPrivateTargets: true })
  const response = await client
    .open({
      url: `${url}/api${path}`,
      method,
      headers: {
        Authorization: `Bearer ${token ?? ''}`,
        'Content-Type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json',
      },
      ...(body && { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
      ...{ timeout: TIMEOUT, maxBytes: MAX_BYTES, maxRedirects: MAX_REDIRECTS },
    })
    .catch((error: Error) => {
      throw new Error(`${url} does not respond: ${error.message}`)
    })
  const json = response.status === 204 ? response.close() : await readJson(response)
  if (response.fault === undefined) {
    const { success, data } = expected.schema.safeParse(json)
    if (success) return data
    throw new Error(`${url} returned no ${expected.name}: is this an Imgcast server?`)
  }
  throw toFailure(call, response, json)
}

/** Reads the error of a response that is none of the expected ones. */
export async function readFailure(
  call: Pick<ApiCall<unknown>, 'url' | 'token'>,
  response: OutgoingResponse,
): Promise<Error> {
  return toFailure(call, response, await readJson(response))
}

function toFailure(
  { url, token }: Pick<ApiCall<unknown>, 'url' | 'token'>,
  response: OutgoingResponse,
  json: unknown,
): ApiError {
  const { status } = response
  if (status === 401) {
    const which = token === undefined ? 'requires its token' : 'rejects this token'
    return new ApiError(`${url} ${which}: set IMGCAST_TOKEN or give --token`, status)
  }
  const faults = faultsSchema.safeParse(json).data?.errors ?? []
  if (faults.length > 0)
    return new ApiError(faults.map((fault) => harmless(`${fault.name}: ${fault.detail}`)).join('\n'), status)
  const { detail } = detailSchema.safeParse(json).data ?? {}
  const said = detail === undefined ? 'is this an Imgcast server?' : harmless(detail)
  return new ApiError(`${url} returned ${status}: ${said}`, status)
}

/** Null for invalid JSON. Rejects if the response is incomplete. */
async function readJson(response: OutgoingResponse): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
