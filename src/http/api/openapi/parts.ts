import * as z from 'zod'
import { quote } from '../../../errors.ts'
import { EXAMPLE_KEY, EXAMPLE_WIDGET } from '../../../widget/example-room.ts'

/** A piece of an OpenAPI document, or of a JSON Schema. */
export type Json = Readonly<Record<string, unknown>>

/** The parts of one operation. */
export interface OperationInit {
  id: string
  tag: string
  summary: string
  description?: string
  parameters?: Json[]
  /** The schema of its JSON body. */
  body?: Json
  /** The description of its body of bytes of any type. */
  bytes?: string
  /** The description of its body of frames without an end. */
  frames?: string
  /** The schema of its optional form body. */
  form?: Json
  /** Its successful responses, by status. */
  answers: Readonly<Record<number, Json>>
  /** The statuses of its problem documents, besides 401, and with a body 400, 413 and 415. */
  problems?: number[]
  /** Whether it needs no token. @default false */
  isPublic?: boolean
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is wrong; `errors` names every fault.',
  401: 'The token is missing or wrong.',
  403: 'It is read-only, or not allowed from this page.',
  404: 'Not found.',
  405: 'The path has no such method; `Allow` lists those that it has.',
  409: 'A limit is reached, the value is not a list, or what is to be deleted is in use.',
  412: 'The value has changed since it was read: its tag is not that of `If-Match`.',
  413: 'The body is too large: over 64 KiB of JSON, 1 MiB of numbers, 4 KiB of a form, or the bytes or pixels of a picture.',
  415: 'The charset or coding of the body is not supported: JSON must be UTF-8. Or the file is no picture.',
  422: 'The picture is damaged: it cannot be decoded.',
  429: 'Too many requests; retry after `Retry-After` seconds.',
  501: 'The operating system has no socket table, because it is not Linux.',
  503: 'The server is stopping and takes no viewers.',
  507: 'There is no place for another picture.',
}

/** Additional headers of a problem document. */
const HEADERS: Readonly<Record<number, string>> = {
  401: 'WWW-Authenticate',
  405: 'Allow',
  429: 'Retry-After',
}

/** One operation. */
export function operation(init: OperationInit): Json {
  const {
    id,
    tag,
    summary,
    description,
    parameters = [],
    body,
    frames,
    bytes = frames,
    form,
    answers,
    problems = [],
    isPublic,
  } = init
  const unread = body || form || init.bytes ? [400, 413, 415] : []
  const statuses = new Set([...(isPublic ? [] : [401]), ...unread, ...problems])
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isPublic && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    ...(bytes && { requestBody: { required: true, description: bytes, content: { '*/*': { schema: {} } } } }),
    ...(form && { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: form } } } }),
    responses: {
      ...answers,
      ...Object.fromEntries(
        [...statuses].map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

/** A response with a JSON body. */
export function json(description: string, schema: Json, headers?: Json): Json {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema } } }
}

/** A response with an `ETag`, and the 304 to a client that already has it. */
export function tagged(
  description: string,
  schema: Json,
  { headers = {}, others = {} }: { headers?: Json; others?: Json } = {},
): Record<number, Json> {
  const tag = { ETag: { description: 'Send it as `If-None-Match`.', schema: { type: 'string' } } }
  return {
    200: {
      description,
      headers: { ...tag, ...headers },
      content: { 'application/json': { schema }, ...others },
    },
    304: { description: 'Not modified since the response with this `ETag`.', headers: tag },
  }
}

/** A response without a body. */
export const GONE: Readonly<Record<number, Json>> = { 204: { description: 'Deleted.' } }

export function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` }
}

/** An object with exactly these properties. */
export function object(properties: Json, optional: readonly string[] = []): Json {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

export function inPath(name: string, description: string, pattern?: string): Json {
  const schema = { type: 'string', ...(pattern !== undefined && { pattern }) }
  return { name, in: 'path', required: true, description, schema }
}

export function inQuery(name: string, description: string, schema: Json): Json {
  return { name, in: 'query', description, schema }
}

/** The parameters of a query, from the schema that parses it. */
export function inQueryOf(schema: z.ZodObject): Json[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...rest }]) => {
    const field = schema.shape[name]
    // The default of a parameter that is parsed to another type is not in the JSON Schema of its text.
    const byDefault = field instanceof z.ZodDefault ? { default: field.def.defaultValue } : {}
    return inQuery(name, String(description), { ...rest, ...byDefault })
  })
}

/** Every problem that an operation can return. */
export function problemResponses(): Json {
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, description]) => [
      `Problem${status}`,
      {
        description,
        ...(HEADERS[Number(status)] && {
          headers: { [HEADERS[Number(status)] as string]: { schema: { type: 'string' } } },
        }),
        content: {
          'application/problem+json': {
            schema: { allOf: [ref('Problem'), { properties: { status: { const: Number(status) } } }] },
          },
        },
      },
    ]),
  )
}

/** The parameters of a room's path. */
export const ROOM: Json[] = [
  inPath('widget', `The widget, like ${quote(EXAMPLE_WIDGET)}.`, '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'),
  inPath('key', `The key, like ${quote(EXAMPLE_KEY)}.`, '^[A-Za-z0-9._~-]{1,64}$'),
]
