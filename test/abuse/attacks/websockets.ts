import { dial, head, hold, range, sleep, type Target } from './send.ts'

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}
const LASTS = 3000
const FRAMES_AT_ONCE = 500
/** Opcodes (RFC 6455, section 5.2). */
const TEXT = 1
const PING = 9
const FINAL = 0x80

/** What a client may do to the WebSocket of live pictures, and to the handshake before it. */
export const WEBSOCKET_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'WebSocket pings, none of them read': (target) =>
    flood(
      target,
      (socket) => socket.pause(),
      Buffer.concat(range(FRAMES_AT_ONCE).map(() => frame(PING, 'x'.repeat(125)))),
    ),
  'WebSocket messages in one-byte pieces': (target) =>
    flood(
      target,
      (socket) => socket.resume(),
      Buffer.concat([frame(TEXT, 'x', 0), ...range(FRAMES_AT_ONCE).map(() => frame(0, '', 0))]),
    ),
  'pictures over a WebSocket, subscribed and unsubscribed': (target) => {
    const sources = (n: number) => range(50).map((index) => `/sine/socket-${n}-${index}.png`)
    const text = range(20).map((n) => [
      frame(TEXT, JSON.stringify({ subscribe: sources(n) })),
      frame(TEXT, JSON.stringify({ unsubscribe: sources(n) })),
    ])
    return flood(target, (socket) => socket.resume(), Buffer.concat(text.flat()))
  },
  'upgrades that are refused, and stay half open': async (target) => {
    const sockets = range(100 * target.scale).map((n) => dial(target, n))
    for (const socket of sockets) socket.write(head('/nowhere', UPGRADE))
    await hold(sockets, LASTS)
  },
}

/** Opens ten WebSockets (whole: 100), each of another address, and sends one text again and again until the server ends them. */
async function flood(
  target: Target,
  begin: (socket: ReturnType<typeof dial>) => void,
  text: Buffer,
): Promise<void> {
  const until = performance.now() + LASTS
  await Promise.all(
    range(10 * target.scale).map(async (serial) => {
      const socket = dial(target, serial)
      begin(socket)
      socket.write(head('/ws', UPGRADE))
      while (performance.now() < until && socket.writable) {
        // A server that reads no more is left with what it has.
        if (socket.writableLength < text.length) socket.write(text)
        await sleep(1)
      }
      socket.destroy()
    }),
  )
}

/** One frame of a client, which must be masked (RFC 6455, section 5.3); of zeros, the mask changes nothing. */
function frame(opcode: number, text: string, final = FINAL): Buffer {
  const body = Buffer.from(text)
  const length =
    body.length < 126
      ? Buffer.of(body.length | 0x80)
      : Buffer.of(126 | 0x80, body.length >> 8, body.length & 0xff)
  return Buffer.concat([Buffer.of(opcode | final), length, Buffer.alloc(4), body])
}
