import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

/** What a client sends first (RFC 9113, section 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Types and flags of frames (RFC 9113, section 6). */
export const HEADERS = 1
export const RST_STREAM = 3
export const PING = 6
export const CONTINUATION = 9
export const SETTINGS = 4
export const END_STREAM = 1
export const END_HEADERS = 4
const INITIAL_WINDOW_SIZE = 4
/** `CANCEL`, as the body of a RST_STREAM. */
export const CANCEL = Buffer.from([0, 0, 0, 8])

/** One frame. */
export function frame(type: number, flags: number, stream: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}

/** A header field, as a literal of HPACK (RFC 7541, section 6.2); indexed, it becomes entry 62 of the table. */
export function field(name: string, value: string, isIndexed = false): Buffer {
  const text = [name, value].flatMap((each) => [integer(each.length), Buffer.from(each, 'latin1')])
  return Buffer.concat([Buffer.from([isIndexed ? 0x40 : 0]), ...text])
}

/** The head of a request, with more fields behind it. */
export function head(path: string, ...more: Buffer[]): Buffer {
  const own = { ':method': 'GET', ':scheme': 'https', ':authority': 'localhost', ':path': path }
  return Buffer.concat([...Object.entries(own).map(([name, value]) => field(name, value)), ...more])
}

/** Connects, and sends the preface and settings that are never acknowledged. Reads and drops all that comes. */
export async function openRaw(
  port: number,
  initialWindow = 65_535,
  localAddress?: string,
): Promise<TLSSocket> {
  const from = localAddress === undefined ? {} : { localAddress }
  const to = { port, host: '127.0.0.1', ...from }
  const socket = connect({ ...to, ALPNProtocols: ['h2'], rejectUnauthorized: false })
  socket.on('error', () => {}).resume()
  // A server that defends itself may reset it within the handshake.
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => {})
  const settings = Buffer.alloc(6)
  settings.writeUInt16BE(INITIAL_WINDOW_SIZE)
  settings.writeUInt32BE(initialWindow, 2)
  socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, settings)]))
  return socket
}

/** An integer with a prefix of seven bits (RFC 7541, section 5.1). */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
