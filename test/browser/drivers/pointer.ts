import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

// Request codes of the X11 core protocol, and of its extension XTEST for simulated input.
const QUERY_EXTENSION = 98
const GET_INPUT_FOCUS = 43
const FAKE_INPUT = 2
const PRESS = 4
const RELEASE = 5
const MOTION = 6

async function read(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null
    if (bytes) return bytes
    if (socket.readableEnded || socket.destroyed) throw new Error('The X server hung up')
    await once(socket, 'readable')
  }
}

function fakeInput(extension: number, type: number, detail: number, x = 0, y = 0): Buffer {
  const request = Buffer.alloc(36)
  request.writeUInt8(extension, 0)
  request.writeUInt8(FAKE_INPUT, 1)
  request.writeUInt16LE(9, 2)
  request.writeUInt8(type, 4)
  request.writeUInt8(detail, 5)
  request.writeInt16LE(x, 24)
  request.writeInt16LE(y, 26)
  return request
}

/** Clicks on a point of an X screen with the left button, then leaves the pointer at another point. */
export async function clickOnScreen(
  display: string,
  at: [number, number],
  rest: [number, number],
): Promise<void> {
  const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`)
  try {
    // Byte order 'l', protocol 11.0, no authorization.
    socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    const head = await read(socket, 8)
    if (head[0] !== 1) throw new Error(`The X server ${display} refused the connection`)
    await read(socket, head.readUInt16LE(6) * 4)
    const query = Buffer.alloc(16)
    query.writeUInt8(QUERY_EXTENSION, 0)
    query.writeUInt16LE(4, 2)
    query.writeUInt16LE(5, 4)
    query.write('XTEST', 8, 'latin1')
    socket.write(query)
    const extension = (await read(socket, 32))[9] as number
    socket.write(fakeInput(extension, MOTION, 0, ...at))
    socket.write(fakeInput(extension, PRESS, 1))
    socket.write(fakeInput(extension, RELEASE, 1))
    socket.write(fakeInput(extension, MOTION, 0, ...rest))
    // Any answer proves that everything before it has been done.
    socket.write(Buffer.from([GET_INPUT_FOCUS, 0, 1, 0]))
    await read(socket, 32)
  } finally {
    socket.destroy()
  }
}
