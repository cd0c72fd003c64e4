import { connect, type Socket } from 'node:net'
import type { Area } from './screen.ts'

// Request codes of the X11 core protocol, and of its extension XTEST for simulated input.
const GET_IMAGE = 73
const QUERY_EXTENSION = 98
const GET_INPUT_FOCUS = 43
const FAKE_INPUT = 2
const PRESS = 4
const RELEASE = 5
const MOTION = 6

/** The first byte of what the server sends: an error, a reply, or the number of an event, which nobody asked for. */
const [ERROR, REPLY] = [0, 1]
/** Milliseconds that the server may take for a reply. */
const REPLY_PATIENCE = 10_000

const Z_PIXMAP = 2
const ALL_PLANES = 0xffffffff

/** A connection to an X server without authorization: it clicks, and takes the pixels of the screen. */
export class XServer {
  readonly #socket: Socket
  readonly #replies: Replies
  readonly #root: number
  readonly #xtest: number
  #turn: Promise<unknown> = Promise.resolve()
  /** Requests that were sent: the first one asked for the extension. */
  #sequence = 1

  private constructor(socket: Socket, replies: Replies, root: number, xtest: number) {
    this.#socket = socket
    this.#replies = replies
    this.#root = root
    this.#xtest = xtest
  }

  static async connect(display: string): Promise<XServer> {
    const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`)
    const replies = new Replies(socket)
    // Byte order 'l', protocol 11.0, no authorization.
    socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    const head = await replies.read(8)
    if (head[0] !== 1) throw new Error(`The X server ${display} refused the connection`)
    const setup = await replies.read(head.readUInt16LE(6) * 4)
    const vendor = Math.ceil(setup.readUInt16LE(16) / 4) * 4
    const formats = (setup[21] as number) * 8
    const query = Buffer.alloc(16)
    query.writeUInt8(QUERY_EXTENSION, 0)
    query.writeUInt16LE(4, 2)
    query.writeUInt16LE(5, 4)
    query.write('XTEST', 8, 'latin1')
    socket.write(query)
    const xtest = (await replies.read(32))[9] as number
    return new XServer(socket, replies, setup.readUInt32LE(32 + vendor + formats), xtest)
  }

  /** Clicks on a point with the left button, then leaves the pointer at another point. */
  click(at: [number, number], rest: [number, number]): Promise<void> {
    return this.#inTurn(async () => {
      this.#request(this.#fakeInput(MOTION, 0, ...at))
      this.#request(this.#fakeInput(PRESS, 1))
      this.#request(this.#fakeInput(RELEASE, 1))
      this.#request(this.#fakeInput(MOTION, 0, ...rest))
      // Any reply proves that everything before it has been done.
      this.#request(Buffer.from([GET_INPUT_FOCUS, 0, 1, 0]))
      await this.#reply()
    })
  }

  /** The pixels of a part of the screen, four bytes each: blue, green, red, anything. */
  image({ x, y, width, height }: Area): Promise<Buffer> {
    return this.#inTurn(async () => {
      const request = Buffer.alloc(20)
      request.writeUInt8(GET_IMAGE, 0)
      request.writeUInt8(Z_PIXMAP, 1)
      request.writeUInt16LE(5, 2)
      request.writeUInt32LE(this.#root, 4)
      request.writeInt16LE(x, 8)
      request.writeInt16LE(y, 10)
      request.writeUInt16LE(width, 12)
      request.writeUInt16LE(height, 14)
      request.writeUInt32LE(ALL_PLANES, 16)
      this.#request(request)
      return this.#reply()
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #request(request: Buffer): void {
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#socket.write(request)
  }

  /** The data of the newest request's reply. Events that every client gets, as for a new keyboard map, are skipped. */
  async #reply(): Promise<Buffer> {
    for (;;) {
      const head = await this.#replies.read(32)
      const kind = head[0] as number
      if (kind > REPLY) continue
      const data = kind === REPLY ? await this.#replies.read(head.readUInt32LE(4) * 4) : head
      if (kind === ERROR) throw new Error(`The X server refused a request: error ${head[1]}`)
      if (head.readUInt16LE(2) === this.#sequence) return data
    }
  }

  // Replies come in the order of the requests: each is read before the next request is sent.
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run)
    this.#turn = done.catch(() => {})
    return done
  }

  #fakeInput(type: number, detail: number, x = 0, y = 0): Buffer {
    const request = Buffer.alloc(36)
    request.writeUInt8(this.#xtest, 0)
    request.writeUInt8(FAKE_INPUT, 1)
    request.writeUInt16LE(9, 2)
    request.writeUInt8(type, 4)
    request.writeUInt8(detail, 5)
    request.writeInt16LE(x, 24)
    request.writeInt16LE(y, 26)
    return request
  }
}

/** What an X server sends, read in pieces of a known length. */
class Replies {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #more: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    // It hangs up when its browser is killed: the reader then gets an error.
    socket.on('error', () => {})
    socket.on('close', () => this.#more?.())
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      this.#more?.()
    })
  }

  async read(length: number): Promise<Buffer> {
    const late = setTimeout(() => this.#socket.destroy(), REPLY_PATIENCE)
    try {
      while (this.#length < length) {
        if (this.#socket.destroyed) throw new Error('The X server hung up, or did not reply')
        await new Promise<void>((resolve) => {
          this.#more = resolve
        })
      }
    } finally {
      clearTimeout(late)
    }
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all.subarray(length)]
    this.#length -= length
    return all.subarray(0, length)
  }
}
