import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How long a busy machine may take to start a browser or to respond to a command. */
export const PATIENCE = 60_000

/** How long a navigation may take to begin its document: silent servers are no error, but hold up a test this long. */
export const COMMIT = 3000

// A process that ends with this one, however this one ends: its standard input closes even on SIGKILL, which no
// exit handler survives. Newest first, so that a browser is gone before the X server it draws on; X servers
// get a SIGTERM, because only then do they remove their lock and socket from /tmp.
const JANITOR = `
while read -r signal pid; do groups="$signal:$pid $groups"; done
for group in $groups; do kill -s "\${group%:*}" -- "-\${group#*:}" 2>/dev/null; done
for attempt in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$0" 2>/dev/null && break; sleep 0.1; done
sleep 0.1
for group in $groups; do kill -s KILL -- "-\${group#*:}" 2>/dev/null; done
exit 0`

/** Resolves after some milliseconds. */
export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Repeats a call until its result is not undefined. @throws Error with the text of `failure`. */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  failure: () => string,
  timeout = PATIENCE,
): Promise<T> {
  const deadline = Date.now() + timeout
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`${failure()} (waited ${timeout} ms)`)
    await delay(20)
  }
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A program running in a process group of its own. */
export class Child {
  readonly name: string
  readonly process: ChildProcess
  #tail = ''
  #end: string | undefined

  constructor(name: string, process: ChildProcess) {
    this.name = name
    this.process = process
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-8000)
      })
      ;(stream as Socket | null)?.unref()
    }
    process.unref()
    process.once('exit', (code, signal) => {
      this.#end = `ended with ${signal ?? code}`
    })
    process.once('error', (error) => {
      this.#end = `did not start: ${error.message}`
    })
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  /** What became of it and the last it said, for error messages. */
  report(): string {
    // A machine without a message bus is complained about many times over.
    const lines = this.#tail.split('\n').filter((line) => !/dbus/i.test(line))
    return `${this.name} ${this.#end ?? 'is running'}; its last output:\n${lines.join('\n').slice(-2000)}`
  }

  /** Waits for a line it prints. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const failure = () => `Never saw ${pattern}: ${this.report()}`
    return poll(() => {
      const match = this.#tail.match(pattern)
      if (!match && this.ended) throw new Error(failure())
      return match ?? undefined
    }, failure)
  }

  /** Waits a while for its end; returns false if it still runs. */
  async ends(timeout: number): Promise<boolean> {
    const deadline = Date.now() + timeout
    while (!this.ended && Date.now() < deadline) await delay(10)
    return this.ended
  }
}

/** A temporary directory and the processes living in it, which go together. */
export class Den {
  readonly directory = mkdtempSync(join(tmpdir(), 'imgcast-browser-'))
  readonly #janitor = spawn('sh', ['-c', JANITOR, this.directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  readonly #children: Child[] = []

  constructor() {
    this.#janitor.unref()
    ;(this.#janitor.stdin as Socket).on('error', () => {}).unref()
  }

  start(command: string, args: string[], env: NodeJS.ProcessEnv = {}, end: 'KILL' | 'TERM' = 'KILL'): Child {
    const process = spawn(command, args, {
      detached: true,
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...globalThis.process.env, HOME: this.directory, TMPDIR: this.directory, ...env },
    })
    if (process.pid) this.#janitor.stdin?.write(`${end} ${process.pid}\n`)
    const child = new Child(command, process)
    this.#children.push(child)
    return child
  }

  /** Kills every process group and removes the directory. */
  async clear(): Promise<void> {
    this.#janitor.stdin?.end()
    while (this.#janitor.exitCode === null && this.#janitor.signalCode === null) await delay(10)
    for (const child of this.#children) await child.ends(PATIENCE)
  }
}
