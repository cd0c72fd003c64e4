import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../../support/server.ts'
import { toolPath } from '../../support/tools.ts'
import type { RunningProxy } from './proxy.ts'

const MAIN = fileURLToPath(new URL('../../../dist/src/cli/main.js', import.meta.url))
const VIEWER = fileURLToPath(new URL('viewer.mjs', import.meta.url))
const COUNTS = fileURLToPath(new URL('../../network/counts.mjs', import.meta.url))
const PREFIX = 'imgcast-proxy'
/** How long a busy machine may take to start a server. */
const START = 40_000

/** A line of counts.mjs. */
export interface Round {
  at: number
  counts: Record<string, { connections: number }>
}

/**
 * Two network namespaces of this kernel with a third between them, which can be made to swallow everything: the server
 * and its proxies in front, viewers behind.
 */
export class Network {
  readonly #id = `${PREFIX}-${process.pid}-${randomBytes(2).toString('hex')}`
  /** The namespace of the proxies. */
  readonly front = `${this.#id}-front`
  readonly #router = `${this.#id}-router`
  readonly #back = `${this.#id}-back`
  readonly #children: ChildProcess[] = []
  readonly #removeAll = (): void => this.#remove()
  /** Where viewers find the proxies; of the block for tests of network devices (RFC 2544). */
  readonly address = '198.19.1.2'

  constructor() {
    removeLeftovers()
    process.once('exit', this.#removeAll)
    for (const name of [this.front, this.#router, this.#back]) {
      ip('netns', 'add', name)
      ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    this.#connect(this.front, 'to-front', '198.19.1')
    this.#connect(this.#back, 'to-back', '198.19.2')
    this.heal()
  }

  /** From here on the router drops every packet. */
  cut(): void {
    this.#set(this.#router, 'net.ipv4.ip_forward', '0')
  }

  heal(): void {
    this.#set(this.#router, 'net.ipv4.ip_forward', '1')
  }

  /** Sets a kernel parameter for the proxies. */
  setKernel(name: string, value: string): void {
    this.#set(this.front, name, value)
  }

  /** Runs the real command in front, beside the proxies, until it prints that it listens. */
  async serve(port: number): Promise<void> {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('IMGCAST_')),
    )
    const widgets = ['--widgets', fileURLToPath(FIXTURE_WIDGETS), '--workers', '1', '--log-level', 'warn']
    // What is quiet has to stay so: bytes that nobody acknowledges keep a kernel from probing.
    const quiet = ['--heartbeat', '60s', '--store', 'memory:']
    // All viewers are of one browser: from the fifth picture on it would get stills.
    const live = ['--live-per-browser', '0']
    const args = ['serve', '--port', `${port}`, '--trust-proxy', 'loopback', ...live, ...quiet, ...widgets]
    const { stdout } = this.#start(this.front, [process.execPath, MAIN, ...args], env)
    let output = ''
    stdout?.on('data', (text: Buffer) => {
      output += text
    })
    await eventually(
      () => {
        if (!/https?:\/\/\S+:\d+/.test(output)) throw new Error(`no server: ${output}`)
      },
      { timeout: START },
    )
  }

  /** Polls counts from where the server is; the array grows. */
  poll(urls: readonly string[]): Round[] {
    const rounds: Round[] = []
    const { stdout } = this.#start(this.front, [process.execPath, COUNTS, JSON.stringify(urls)], process.env)
    if (stdout) createInterface(stdout).on('line', (line) => rounds.push(JSON.parse(line) as Round))
    return rounds
  }

  /** Opens pictures from behind the router, one over each protocol for every path. */
  watch({ port, ca }: RunningProxy, paths: readonly string[], headers: Record<string, string>): void {
    const task = JSON.stringify({ host: this.address, port, ca: ca.toString(), paths, headers })
    this.#start(this.#back, [process.execPath, VIEWER, task], process.env)
  }

  async close(): Promise<void> {
    const running = this.#children.filter((child) => child.exitCode === null && child.signalCode === null)
    const ended = running.map((child) => once(child, 'exit'))
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(ended)
    this.#remove()
    process.off('exit', this.#removeAll)
  }

  #start(namespace: string, command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    // `ip netns exec` becomes the program it runs: the child is that program, and can be killed.
    const child = spawn(toolPath('ip'), ['netns', 'exec', namespace, ...command], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#children.push(child)
    return child
  }

  #connect(namespace: string, device: string, net: string): void {
    ip('-n', this.#router, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
    ip('-n', this.#router, 'address', 'add', `${net}.1/24`, 'dev', device)
    ip('-n', this.#router, 'link', 'set', device, 'up')
    ip('-n', namespace, 'address', 'add', `${net}.2/24`, 'dev', 'eth0')
    ip('-n', namespace, 'link', 'set', 'eth0', 'up')
    ip('-n', namespace, 'route', 'add', 'default', 'via', `${net}.1`)
  }

  #set(namespace: string, name: string, value: string): void {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`
    ip('netns', 'exec', namespace, 'sh', '-c', `echo ${value} > ${path}`)
  }

  #remove(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const name of namespaces()) if (name.startsWith(this.#id)) ip('netns', 'delete', name)
  }
}

/** Removes the namespaces of test runs that were killed. */
function removeLeftovers(): void {
  for (const name of namespaces()) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) ip('netns', 'delete', name)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function namespaces(): string[] {
  return ip('netns', 'list')
    .split('\n')
    .flatMap((line) => line.split(' ')[0] || [])
}

function ip(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(toolPath('ip'), args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}
