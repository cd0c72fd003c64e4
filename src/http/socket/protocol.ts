import { quote } from '../../errors.ts'
import { EXAMPLE_ROOM } from '../../widget/example-room.ts'

/** What a client asks for its pictures. */
export const ACTIONS = ['subscribe', 'unsubscribe', 'pause', 'resume'] as const

/** One of `ACTIONS`. */
export type Action = (typeof ACTIONS)[number]

/** One action on one picture, named by its address. */
export interface Request {
  action: Action
  src: string
}

/** The words about a picture that a client shows. */
export interface Announcement {
  id: number
  src: string
  /** CSS pixels. */
  width: number
  height: number
  alt: string
}

/** A message from the server, as JSON. */
export type ServerMessage = { subscribed: Announcement } | { ended: { id: number; reason: string } }

/** The longest message from a client, in bytes. */
export const MAX_MESSAGE_BYTES = 65_536
/** Pictures that one socket shows; a message names no more. */
export const MAX_SUBSCRIPTIONS = 500
/** Ids of pictures are two bytes. */
export const MAX_ID = 0xffff

/** The longest reason of a close frame, in bytes (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123
/** A final binary frame (RFC 6455, section 5.2). */
const FINAL_BINARY = 0x82
const ID_BYTES = 2

/** A client broke the protocol: its socket is closed with 1008 and the message as the reason. */
export class ProtocolError extends Error {}

/** Parses a message from a client. @throws ProtocolError */
export function parseMessage(text: string): Request[] {
  const message = parseJson(text)
  const requests: Request[] = []
  for (const [action, sources] of Object.entries(message)) {
    if (!isAction(action))
      throw new ProtocolError(`expected ${ACTIONS.slice(0, -1).join(', ')} or resume, got ${quote(action)}`)
    if (!Array.isArray(sources) || !sources.every((src) => typeof src === 'string'))
      throw new ProtocolError(`${action}: expected a list of picture addresses, got ${quote(sources)}`)
    for (const src of sources) requests.push({ action, src })
  }
  if (requests.length <= MAX_SUBSCRIPTIONS) return requests
  throw new ProtocolError(
    `expected at most ${MAX_SUBSCRIPTIONS} addresses in a message, got ${requests.length}`,
  )
}

/**
 * The bytes before the image of a binary message: the head of an unmasked frame (RFC 6455, section 5.2), then the
 * picture's id. All viewers are sent the same image bytes after it, without a copy.
 */
export function frameHead(id: number, imageBytes: number): Buffer {
  const length = ID_BYTES + imageBytes
  const [lengthBytes, first] = length < 126 ? [0, length] : length <= 0xffff ? [2, 126] : [8, 127]
  const head = Buffer.allocUnsafe(2 + lengthBytes + ID_BYTES)
  head[0] = FINAL_BINARY
  head[1] = first
  if (lengthBytes === 2) head.writeUInt16BE(length, 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2)
  head.writeUInt16BE(id, 2 + lengthBytes)
  return head
}

/** A reason, as long as a close frame allows. */
export function closeReason(words: string): string {
  let text = words.slice(0, MAX_REASON_BYTES)
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = text.slice(0, -1)
  return text
}

function parseJson(text: string): object {
  try {
    const message: unknown = JSON.parse(text)
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message
  } catch {}
  throw new ProtocolError(`expected JSON like {"subscribe":["/${EXAMPLE_ROOM}.png"]}, got ${quote(text)}`)
}

function isAction(name: string): name is Action {
  return (ACTIONS as readonly string[]).includes(name)
}
