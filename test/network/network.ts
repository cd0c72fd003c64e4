import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'
import { toolPath } from '../support/tools.ts'

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
const VIEWER = fileURLToPath(new URL('viewer.mjs', import.meta.url))
const COUNTS = fileURLToPath(new URL('counts.mjs', import.meta.url))
/** Of the block for tests of network devices (RFC 2544): no real network is hidden by it. */
const ADDRESSES = { server: '198.18.1.2', viewer: '198.18.2.2' } as const
const PREFIX = 'imgcast'
/** How long a busy machine may take to start a server. */
const START = 40_000

/** One viewer of viewer.mjs; one whose name begins with `stamped` reads the time in its pictures. */
export interface Viewer {
  name: string
  port: number
  path: string
  headers?: Record<string, string>
  /** Milliseconds before it connects. */
  after?: number
}

/** A line of viewer.mjs. */
export interface Sight {
  name: string
  at: number
  bytes?: number
  stamp?: number
  ended?: string
}

/** A line of counts.mjs. */
export interface Round {
  at: number
  counts: Record<string, { connections: number; visitors: number }>
}

/** The address of a path of the server, from inside its own namespace. */
export function inside(port: number, path: string): string {
  return `http://127.0.0.1:${port}${path}`
}

type Place = 'server' | 'router' | 'viewer'

/** Three network namespaces of this kernel, server -- router -- viewer, and the processes in them. */
export class Network {
  readonly #id = `${PREFIX}-${process.pid}-${randomBytes(2).toString('hex')}`
  readonly #children: ChildProcess[] = []
  readonly #removeAll = (): void => this.#remove()

  constructor() {
    removeLeftovers()
    process.once('exit', this.#removeAll)
    for (const place of ['server', 'router', 'viewer'] as const) {
      ip('netns', 'add', this.#name(place))
      this.#ip(place, 'link', 'set', 'lo', 'up')
    }
    for (const place of ['server', 'viewer'] as const) {
      const address = ADDRESSES[place]
      const gateway = address.replace(/\d+$/, '1')
      const peer = ['peer', 'name', 'eth0', 'netns', this.#name(place)]
      this.#ip('router', 'link', 'add', `to-${place}`, 'type', 'veth', ...peer)
      this.#ip('router', 'address', 'add', `${gateway}/24`, 'dev', `to-${place}`)
      this.#ip('router', 'link', 'set', `to-${place}`, 'up')
      this.#ip(place, 'address', 'add', `${address}/24`, 'dev', 'eth0')
      this.#ip(place, 'link', 'set', 'eth0', 'up')
      this.#ip(place, 'route', 'add', 'default', 'via', gateway)
    }
    this.heal()
  }

  /** Makes the router drop every packet silently: Linux sends no error while forwarding is off. */
  cut(): void {
    this.#forward(0)
  }

  heal(): void {
    this.#forward(1)
  }

  /** Cuts the way to the viewer down to a rate. Its queue is kept short, as the server can do nothing about it. */
  narrow(rate: string): void {
    const shaper = ['root', 'tbf', 'rate', rate, 'burst', '4kb', 'latency', '150ms']
    run('tc', '-n', this.#name('router'), 'qdisc', 'replace', 'dev', 'to-viewer', ...shaper)
  }

  /** Counters of the router's kernel: the packets that it forwarded, and its own. */
  routerCounters(): { forwarded: number; icmpSent: number; tcpSent: number } {
    const rows = this.#run('router', 'cat', '/proc/net/snmp').split('\n')
    const read = (protocol: string, counter: string): number => {
      const [names = '', values = ''] = rows.filter((row) => row.startsWith(`${protocol}: `))
      return Number(values.split(' ')[names.split(' ').indexOf(counter)])
    }
    return {
      forwarded: read('Ip', 'ForwDatagrams'),
      icmpSent: read('Icmp', 'OutMsgs'),
      tcpSent: read('Tcp', 'OutSegs'),
    }
  }

  /** The server's sockets with their kernel's timers, for a look into a failure. */
  sockets(): string {
    return this.#run('server', 'ss', '-Htino', 'state', 'established', 'dst', ADDRESSES.viewer)
  }

  /** Runs the real command in the server's namespace until it prints that it listens. */
  async serve(port: number, args: readonly string[] = []): Promise<void> {
    const widgets = ['--widgets', fileURLToPath(FIXTURE_WIDGETS)]
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('IMGCAST_')),
    )
    const place = ['serve', '--host', '0.0.0.0', '--port', `${port}`]
    const quiet = ['--log-level', 'warn', '--store', 'memory:']
    const child = this.#start('server', [MAIN, ...place, ...widgets, ...quiet, ...args], env)
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await eventually(
      () => {
        if (!/https?:\/\/\S+:\d+/.test(text)) throw new Error(`no server at port ${port}: ${text}`)
      },
      { timeout: START },
    )
  }

  /** Starts viewers in the viewers' namespace; the array grows as they report parts. */
  watch(viewers: readonly Viewer[]): Sight[] {
    const headed = viewers.map((viewer) => ({ ...viewer, headers: { ...chromium, ...viewer.headers } }))
    return this.#read('viewer', [VIEWER, JSON.stringify({ host: ADDRESSES.server, viewers: headed })])
  }

  /** Polls counts from inside the server's namespace; the array grows. */
  poll(urls: readonly string[]): Round[] {
    return this.#read('server', [COUNTS, JSON.stringify(urls)])
  }

  /** Requests a URL from inside the server's namespace; returns the text. */
  get(url: string, headers: Readonly<Record<string, string>> = {}): string {
    const script = 'fetch(...JSON.parse(process.argv[1])).then((r) => r.text()).then(console.log)'
    return this.#run('server', process.execPath, '-e', script, JSON.stringify([url, { headers }]))
  }

  /** Ends the processes and removes the namespaces, with everything in them. */
  async close(): Promise<void> {
    const ended = this.#children.map((child) =>
      child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined,
    )
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(ended)
    this.#remove()
    process.off('exit', this.#removeAll)
  }

  #read<Line>(place: Place, args: string[]): Line[] {
    const lines: Line[] = []
    const child = this.#start(place, args, process.env)
    // A line that was being written at the kill is incomplete.
    const take = (line: string) => child.killed || lines.push(JSON.parse(line) as Line)
    if (child.stdout) createInterface(child.stdout).on('line', take)
    return lines
  }

  #start(place: Place, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
    // `ip netns exec` becomes the program it runs: the child is that program, and can be killed.
    const child = spawn(toolPath('ip'), ['netns', 'exec', this.#name(place), process.execPath, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#children.push(child)
    return child
  }

  #forward(value: 0 | 1): void {
    this.#run('router', 'sh', '-c', `echo ${value} > /proc/sys/net/ipv4/ip_forward`)
  }

  #run(place: Place, ...command: string[]): string {
    return ip('netns', 'exec', this.#name(place), ...command)
  }

  #ip(place: Place, ...args: string[]): void {
    ip('-n', this.#name(place), ...args)
  }

  #name(place: Place): string {
    return `${this.#id}-${place}`
  }

  #remove(): void {
    for (const name of namespaces()) if (name.startsWith(this.#id)) removeNamespace(name)
  }
}

/** Removes the namespaces of test runs that were killed. */
function removeLeftovers(): void {
  for (const name of namespaces()) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !kill(Number(pid), 0)) removeNamespace(name)
  }
}

/** With its processes, as a namespace lives on for as long as they do. Any may go by itself meanwhile. */
function removeNamespace(name: string): void {
  try {
    for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) kill(Number(pid), 'SIGKILL')
    ip('netns', 'delete', name)
  } catch (error) {
    // The other test files look for leftovers at the same time.
    if (namespaces().includes(name)) throw error
  }
}

/** Whether the process existed; signal 0 only checks that. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
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
  return run(toolPath('ip'), ...args)
}

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}
