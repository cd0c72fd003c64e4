import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { eventually } from './eventually.ts'

/** A real Redis on a port of its own, which saves nothing unless `args` say so. */
export class RedisServer {
  readonly port: number
  readonly folder = mkdtempSync(join(tmpdir(), 'imgcast-redis-'))
  readonly #args: readonly string[]
  #process: ChildProcess | undefined
  /** A connection for the test itself. */
  client!: Redis

  private constructor(port: number, args: readonly string[]) {
    this.port = port
    this.#args = args
  }

  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args)
    await server.start()
    return server
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get location(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts it again, after `stop`. */
  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', '']
    this.#process = spawn('redis-server', [...options, ...this.#args], { stdio: 'ignore' })
    this.client = new Redis({ port: this.port, retryStrategy: () => 20, maxRetriesPerRequest: null })
    this.client.on('error', () => {})
    await eventually(async () => {
      if ((await this.client.ping()) !== 'PONG') throw new Error('not ready')
    })
  }

  /** Ends it without saving. */
  async stop(): Promise<void> {
    this.client.disconnect()
    const process = this.#process
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGKILL')
    await once(process, 'exit')
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
