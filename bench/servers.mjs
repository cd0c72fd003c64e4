import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { compile } from './compile.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const NO_LIMIT = '1000000'

/** A measured server. */
export class MeasuredServer {
  #child

  constructor(child, port) {
    this.#child = child
    this.port = port
  }

  get pid() {
    return this.#child.pid
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** The product: the command that users run, with the widgets of this folder. */
export function startImgcast(args = [], nodeArgs = [], env = {}) {
  const limits = ['--max-connections', NO_LIMIT, '--max-connections-per-address', NO_LIMIT]
  const words = ['serve', '--port', '0', '--store', 'memory:', '--log-level', 'error']
  return start(
    process.execPath,
    [...nodeArgs, at('../dist/src/cli/main.js'), ...words, '--widgets', at('widgets'), ...limits, ...args],
    /https?:\/\/localhost:(\d+)/,
    env,
  )
}

/**
 * The limit: a C program. Undefined without a C compiler.
 * @param source the port of a multipart stream whose frames, of at most `bytes`, it shows. @default its own frames
 */
export async function startC({ bytes, fps = 0, joinInterval = 0, source }) {
  const program = compile('controls/control.c')
  const words = [bytes, fps, joinInterval, ...(source === undefined ? [] : [source])]
  return program && start(program, words.map(String), /^(\d+)\n/)
}

/** Node's `http` and `res.write`, with one or seven writes a part. */
export function startNodeHttp(way, { bytes, fps = 0 }) {
  return start(process.execPath, [at('controls/node-http.mjs'), way, String(bytes), String(fps)], /^(\d+)\n/)
}

/** What Node itself costs: it passes on the bytes of a multipart stream as they come. */
export function startNodeRelay(source) {
  return start(process.execPath, [at('controls/node-relay.mjs'), String(source)], /^(\d+)\n/)
}

/** Node's `http2` and `stream.write`, over TLS. */
export function startNodeHttp2({ cert, key, bytes, fps }) {
  const words = [cert, key, String(bytes), String(fps)]
  return start(process.execPath, [at('controls/node-http2.mjs'), ...words], /^(\d+)\n/)
}

/** `ws`, and a `send` of a shared buffer to each client. */
export function startNodeWs({ bytes, fps }) {
  return start(process.execPath, [at('controls/node-ws.mjs'), String(bytes), String(fps)], /^(\d+)\n/)
}

/** Node's `http` and `makeBadge`. */
export function startNodeBadge() {
  return start(process.execPath, [at('controls/node-badge.mjs')], /^(\d+)\n/)
}

/**
 * ustreamer without a camera sends its "no signal" picture of 2 kB once a second. Undefined if it is not installed.
 */
export async function startUstreamer() {
  if (spawnSync('ustreamer', ['--version']).error) return undefined
  const port = await freePort()
  const words = ['--device', '/dev/video-none', '--host', '127.0.0.1', '--port', String(port)]
  const child = spawn('ustreamer', [...words, '--device-error-delay', '1'], { stdio: 'ignore' })
  for (let turn = 0; turn < 100; turn += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/state`).catch(() => undefined)
    if (answered) return new MeasuredServer(child, port)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  return undefined
}

function start(command, words, pattern, env = {}) {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('IMGCAST_'))
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...Object.fromEntries(clean), ...env },
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const found = pattern.exec(text)
      if (found) resolve(new MeasuredServer(child, Number(found[1])))
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${command} ended at once: ${text}`)))
  })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
