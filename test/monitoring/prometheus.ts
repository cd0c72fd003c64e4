import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/eventually.ts'
import { toolPath } from '../support/tools.ts'

/** The files that people copy. */
export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url))

/** One series in the result of a query. */
export interface Series {
  metric: Record<string, string>
  /** A time in seconds, and the value as text. */
  value: [number, string]
}

/** Runs promtool, which comes with Prometheus, and returns its output. @throws where it finds a fault. */
export function promtool(...args: string[]): string {
  return runPromtool(args)
}

/** Has promtool check the text of `/metrics`, which it refuses for a wrong name or a missing help. @throws where it finds a fault. */
export function checkMetrics(text: string): string {
  return runPromtool(['check', 'metrics'], text)
}

function runPromtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(join(dirname(toolPath('prometheus')), 'promtool'), args, {
    encoding: 'utf8',
    input,
  })
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout + stderr
}

/** A Prometheus that scrapes one server, with deploy/prometheus.yml: only target, token's path and times are others. */
export class Prometheus {
  readonly url: string
  readonly #directory: string
  readonly #child: ChildProcess
  #output = ''

  private constructor(directory: string, port: number) {
    this.#directory = directory
    this.url = `http://127.0.0.1:${port}`
    const flags = {
      'config.file': join(directory, 'prometheus.yml'),
      'storage.tsdb.path': join(directory, 'data'),
      'web.listen-address': `127.0.0.1:${port}`,
    }
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
    this.#child = spawn(toolPath('prometheus'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#output += text
    })
  }

  /** @param server the address of an Imgcast. */
  static async start(server: string, token: string): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'imgcast-prometheus-'))
    cpSync(join(DEPLOY, 'alerts.yml'), join(directory, 'alerts.yml'))
    writeFileSync(join(directory, 'token'), token)
    writeFileSync(join(directory, 'prometheus.yml'), configuration(server, join(directory, 'token')))
    const prometheus = new Prometheus(directory, 30_000 + Math.floor(Math.random() * 2_000))
    try {
      await eventually(() => prometheus.#isReady(), { timeout: 30_000, interval: 100 })
      return prometheus
    } catch (error) {
      await prometheus.stop()
      throw error
    }
  }

  /** Has its own copy of the configuration checked. */
  check(): string {
    return promtool('check', 'config', join(this.#directory, 'prometheus.yml'))
  }

  /** The current result of a query. @throws if Prometheus does not understand it. */
  async query(expression: string): Promise<Series[]> {
    return (await this.ask(`query?query=${encodeURIComponent(expression)}`)).result as Series[]
  }

  /** Calls its HTTP API. */
  async ask(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/api/v1/${path}`)
    const answer = (await response.json()) as {
      status: string
      error?: string
      data: Record<string, unknown>
    }
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
    return answer.data
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #isReady(): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error(`Prometheus ended: ${this.#output}`)
    const { ok } = await fetch(`${this.url}/-/ready`)
    if (!ok) throw new Error(`Prometheus is not ready: ${this.#output}`)
  }
}

/** The example with another target, token and pace. @throws if it no longer contains the replaced text. */
function configuration(server: string, token: string): string {
  const replacements: [string, string][] = [
    ['127.0.0.1:9192', new URL(server).host],
    ['/etc/prometheus/imgcast.token', token],
    ['scrape_interval: 15s', 'scrape_interval: 500ms'],
    ['evaluation_interval: 15s', 'evaluation_interval: 1s'],
  ]
  return replacements.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`deploy/prometheus.yml does not say ${from}`)
      return text.replace(from, to)
    },
    readFileSync(join(DEPLOY, 'prometheus.yml'), 'utf8'),
  )
}
