import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type RunningServer, serveCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-three-nodes'
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
export const ROOM = 'online/lobby'
/** The promised time after a death or an outage. */
const CORRECTED = { timeout: 15_000, interval: 100 }

/** Real servers with real viewers. Every proof ends with `check`. */
export class Nodes {
  readonly servers: RunningServer[] = []
  readonly #streams: { stream: RawStream; server: RunningServer }[] = []
  readonly #dead = new Set<RunningServer>()
  readonly #written = new Set<string>()
  #isOver = false
  #writing: Promise<void>[] = []
  #lowest = 0

  /** Starts one server. @param clock by how much its clock is ahead, as libfaketime writes it */
  async start(store: string, clock?: string): Promise<RunningServer> {
    if (clock !== undefined && !existsSync(FAKETIME)) throw new Error('install the package libfaketime')
    const args = ['--store', store, '--workers', '1', '--log-level', 'warn', '--live-per-browser', '0']
    const env =
      clock === undefined ? {} : { LD_PRELOAD: FAKETIME, FAKETIME: clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    const server = await serveCommand(args, { IMGCAST_TOKEN: TOKEN, ...env })
    this.servers.push(server)
    return server
  }

  async watch(server: RunningServer, reader: string): Promise<RawStream> {
    const headers = { ...chromium, 'User-Agent': `${chromium['User-Agent']} ${reader}` }
    const stream = await openStream(`${server.url}/${ROOM}.png`, { headers, timeout: 180_000 })
    expect(stream.status).toBe(200)
    this.#streams.push({ stream, server })
    return stream
  }

  call(server: RunningServer, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
    return fetch(`${server.url}/api/${path}`, { ...init, headers, signal: AbortSignal.timeout(20_000) })
  }

  async countsOf(server: RunningServer) {
    const response = await fetch(`${server.url}/${ROOM}.json`, { signal: AbortSignal.timeout(20_000) })
    const { connections, visitors, isPartial } = (await response.json()) as {
      connections: number
      visitors: number
      isPartial?: boolean
    }
    this.#lowest = Math.min(this.#lowest, connections, visitors)
    return { connections, visitors, isPartial: isPartial === true }
  }

  /** Waits until every server shows these counts, for the promised time at most. */
  expectCounts(servers: RunningServer[], connections: number, visitors: number, isPartial = false) {
    return eventually(async () => {
      for (const server of servers)
        expect(await this.countsOf(server)).toEqual({ connections, visitors, isPartial })
    }, CORRECTED)
  }

  /**
   * Writes a new value through a server every 50 ms, until `check`: each that was answered must be found there. Resolves
   * when some were.
   */
  async keepWriting(server: RunningServer): Promise<void> {
    const name = `w${this.#writing.length}`
    const write = async () => {
      for (let number = 0; !this.#isOver; number += 1) {
        const init = { method: 'POST', body: JSON.stringify(`${name}-${number}`) }
        const response = await this.call(server, `rooms/${ROOM}/state/votes`, init).catch(() => undefined)
        if (response?.ok) this.#written.add(`${name}-${number}`)
        await sleep(50)
      }
    }
    this.#writing.push(write())
    const written = () => [...this.#written].filter((value) => value.startsWith(`${name}-`)).length
    await eventually(() => expect(written()).toBeGreaterThan(3))
  }

  kill(server: RunningServer, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#dead.add(server)
    server.child.kill(signal)
  }

  /** No viewer of a living server was dropped, no count was negative, no answered write is lost or there twice. */
  async check(reader: RunningServer): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#writing)
    for (const { stream, server } of this.#streams)
      if (!this.#dead.has(server)) expect(stream.closed || stream.socket.destroyed).toBe(false)
    expect(this.#lowest).toBe(0)
    for (const server of this.servers)
      expect(server.errors() + server.output()).not.toMatch(/unhandled|uncaught/i)
    if (this.#writing.length === 0) return
    const response = await this.call(reader, `rooms/${ROOM}/state/votes`)
    const votes = (await response.json()) as string[]
    expect([...this.#written].filter((vote) => !votes.includes(vote))).toEqual([])
    expect(new Set(votes).size).toBe(votes.length)
  }

  async close(): Promise<void> {
    this.#isOver = true
    for (const { stream } of this.#streams) stream.close()
    for (const { child } of this.servers) child.kill('SIGKILL')
    await Promise.all(this.servers.map(({ ended }) => ended))
  }
}
