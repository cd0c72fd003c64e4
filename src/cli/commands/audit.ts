import type { Fault } from '../../errors.ts'
import { OPTIONS } from '../../options.ts'
import type { Command } from '../command.ts'

/** What a server answers of its counts and its kernel: see http/audit. */
interface Report {
  agrees: boolean
  counted: { streams: number; sockets: number }
  kernel: { established: number }
  differences: { kind: string; remote: string; streams: number; meaning: string }[]
}

interface Order {
  url: string
  token: string | undefined
  json: boolean
}

const DEFAULT_URL = 'http://localhost:9192'
const DISAGREES = 1
const CANNOT_ASK = 1

/** Prints how a running server's counts compare with its kernel's sockets; the exit code says whether they agree. */
export const auditCommand: Command = {
  name: 'audit',
  about: 'hold the counts of a running server against its kernel',
  operand: '[url]',
  options: OPTIONS.filter(({ name }) => name === 'token'),
  flags: [{ flag: '--json', help: 'print the report as JSON' }],
  read({ operand, options, flags }, faults) {
    const url = readUrl(operand, faults)
    return () => audit({ url, token: options.token, json: flags.json === true })
  },
}

function readUrl(text = DEFAULT_URL, faults: Fault[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    faults.push({ name: text, detail: `expected the address of a server, like ${DEFAULT_URL}` })
  }
  return text.replace(/\/$/, '')
}

async function audit({ url, token, json }: Order): Promise<number> {
  try {
    const report = await ask(url, token)
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : toText(report))
    return report.agrees ? 0 : DISAGREES
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return CANNOT_ASK
  }
}

async function ask(url: string, token: string | undefined): Promise<Report> {
  const headers = { Authorization: `Bearer ${token ?? ''}` }
  const response = await fetch(`${url}/api/audit`, { headers }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    throw new Error(`${url} does not answer: ${cause}`)
  })
  if (response.ok) return (await response.json()) as Report
  if (response.status === 401) throw new Error(`${url} wants its token: set IMGCAST_TOKEN or give --token`)
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
  throw new Error(`${url} answers ${response.status}: ${detail ?? 'is this an Imgcast server?'}`)
}

function toText({ agrees, counted, kernel, differences }: Report): string {
  const lines = [
    `counted   ${counted.streams} streams on ${counted.sockets} connections`,
    `kernel    ${kernel.established} established connections`,
    ...differences.map(({ remote, meaning }) => `  ${remote.padEnd(28)} ${meaning}`),
    agrees ? 'They agree.' : 'They do not agree.',
  ]
  return `${lines.join('\n')}\n`
}
