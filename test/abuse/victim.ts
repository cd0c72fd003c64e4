import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RunningServer, serveCommand } from '../support/command.ts'
import { processorWaits, waitBetween } from '../support/processor-wait.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const WIDGETS = fileURLToPath(new URL('../fixtures/widgets', import.meta.url))
/** Drawn ten times a second while it is watched. */
export const MOVING = '/sine/healthy.png?fps=10'
const SAMPLE_INTERVAL = 100

/** What an attack cost those who did nothing wrong. */
export interface Damage {
  /** The longest time that one of the healthy viewers waited for a frame, in milliseconds. */
  longestPause: number
  /** The longest such time without `waited`: how much of it a machine without other work would have had. */
  ownPause: number
  /** Milliseconds of the longest pause in which the server, or its slowest render process, had no processor. */
  waited: number
  /** The longest time that a request for `/healthz` took, in milliseconds: the process that holds the sockets was busy. */
  longestRequest: number
  /** The largest resident memory of the server process, in bytes. */
  peakBytes: number
}

/** A server in a process of its own, with healthy viewers of a moving picture. */
export class Victim {
  readonly url: string
  readonly port: number
  readonly #server: RunningServer
  #viewers: RawStream[] = []

  private constructor(server: RunningServer) {
    this.#server = server
    this.url = server.url.replace('localhost', '127.0.0.1')
    this.port = Number(new URL(server.url).port)
  }

  /** @param args more options of the server, as for TLS. */
  static async start(args: readonly string[] = []): Promise<Victim> {
    const words = ['--log-level', 'silent', '--widgets', WIDGETS, '--max-connections', '4000', ...args]
    return new Victim(await serveCommand(words, { IMGCAST_TOKEN: 'an-abuse-token-of-32-characters!' }))
  }

  /** Opens healthy viewers, and resolves when each has a picture. */
  async watch(count: number): Promise<void> {
    this.#viewers = await Promise.all(Array.from({ length: count }, () => openStream(this.url + MOVING)))
    await Promise.all(this.#viewers.map((viewer) => viewer.nextPart()))
  }

  /** Runs an attack and measures what the healthy viewers see of it. */
  async during(attack: () => Promise<void>): Promise<Damage> {
    let peakBytes = 0
    let [longestPause, ownPause, waited] = [0, 0, 0]
    let longestRequest = 0
    let isOver = false
    const seen = this.#viewers.map((viewer) => ({
      viewer,
      parts: viewer.parts.length,
      at: performance.now(),
      waits: this.#waits(),
    }))
    const sample = () => {
      peakBytes = Math.max(peakBytes, this.residentBytes())
      const now = performance.now()
      const waits = this.#waits()
      for (const each of seen) {
        const pause = now - each.at
        const wait = Math.min(pause, waitBetween(each.waits, waits))
        if (pause > longestPause) [longestPause, waited] = [pause, wait]
        ownPause = Math.max(ownPause, pause - wait)
        if (each.viewer.parts.length > each.parts)
          Object.assign(each, { parts: each.viewer.parts.length, at: now, waits })
      }
    }
    const timer = setInterval(sample, SAMPLE_INTERVAL)
    const ask = async () => {
      while (!isOver) {
        const since = performance.now()
        await this.readJson('/healthz').catch(() => {})
        longestRequest = Math.max(longestRequest, performance.now() - since)
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_INTERVAL))
      }
    }
    const asking = ask()
    try {
      await attack()
      // Everyone gets another picture after the attack, however long that takes within the reader's patience.
      await Promise.all(
        this.#viewers.map((viewer) => {
          const { length } = viewer.parts
          return viewer.waitFor(({ parts }) => parts.length > length, 'a frame after the attack')
        }),
      )
    } finally {
      clearInterval(timer)
      isOver = true
    }
    sample()
    await asking
    return { longestPause, ownPause, waited, longestRequest, peakBytes }
  }

  /** Whether the server process still runs. */
  get isAlive(): boolean {
    return this.#server.child.exitCode === null && this.#server.child.signalCode === null
  }

  /** How many connections the room of the healthy viewers has. */
  async connections(path = '/sine/healthy.json'): Promise<number> {
    return ((await this.readJson(path)) as { connections: number }).connections
  }

  /** Reads over a connection of its own, whatever the certificate. */
  async readJson(path: string): Promise<unknown> {
    const response = await openStream(this.url + path, { headers: { Connection: 'close' } })
    await response.ended
    return JSON.parse(response.bytes().toString())
  }

  #waits(): ReadonlyMap<number, number> {
    return processorWaits(this.#server.child.pid ?? 0)
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#server.child.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) * 1024
  }

  async stop(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close()
    this.#server.child.kill('SIGKILL')
    await this.#server.ended
  }
}
