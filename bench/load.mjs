import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { compile } from './compile.mjs'

/** Source addresses 127.0.0.2 and up: one address has 28 000 ports. */
const SOURCES = 8
const FALLBACK = fileURLToPath(new URL('load/viewers.mjs', import.meta.url))

export const CHROMIUM =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'

/** A process of clients that is given commands, a line each. */
class Load {
  #child
  #answers

  constructor(command, words) {
    this.#child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#child.pid
  }

  count() {
    return this.ask('count')
  }

  async end() {
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await ended
  }

  async ask(command) {
    this.#child.stdin.write(`${command}\n`)
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the viewers ended before a reply to: ${command}`)
    return JSON.parse(value)
  }
}

/** A process of viewers of one server: load/viewers.c describes its commands. */
export class Viewers extends Load {
  constructor(port) {
    const program = compile('load/viewers.c')
    const words = [String(port), String(SOURCES)]
    if (program) super(program, words)
    else super(process.execPath, [FALLBACK, ...words])
  }

  open(count, path, { over = 0, agent = CHROMIUM } = {}) {
    return this.ask(`open ${count} ${over} ${path} ${agent}`)
  }

  join(path, { agent = CHROMIUM } = {}) {
    return this.ask(`join ${path} ${agent}`)
  }

  /** Reads only once in `time` milliseconds. */
  nap(time) {
    return this.ask(`nap ${time}`)
  }

  leave(count) {
    return this.ask(`leave ${count}`)
  }

  close() {
    return this.ask('close')
  }
}

/** A process of viewers over WebSockets, each of one picture. */
export class SocketViewers extends Load {
  constructor(port) {
    super(process.execPath, [fileURLToPath(new URL('load/sockets.mjs', import.meta.url)), String(port)])
  }

  open(count, path) {
    return this.ask(`open ${count} ${path}`)
  }
}
