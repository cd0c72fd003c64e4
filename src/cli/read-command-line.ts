import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { Command, Option } from 'commander'
import type { Fault } from '../errors.ts'
import {
  defaults,
  flagOf,
  OPTIONS,
  type OptionRow,
  type Options,
  setOption,
  showValue,
  variableOf,
} from '../options.ts'
import type { DoctorOrder } from './doctor/doctor.ts'
import { DOCTOR_FLAGS, readDoctorOrder } from './doctor/read-order.ts'

/** What a command line asks for. */
export type CommandLine =
  | { command: 'help'; text: string }
  | { command: 'version' }
  | { command: 'wrong'; faults: Fault[] }
  | { command: 'serve'; options: Options }
  | { command: 'audit'; url: string; token: string | undefined; json: boolean }
  | ({ command: 'doctor' } & DoctorOrder)

type Environment = Readonly<Record<string, string | undefined>>

/** The commands and what each says of itself; without one it is `serve`. */
const COMMANDS: Readonly<Record<string, string>> = {
  serve: 'run the server; the default',
  audit:
    'hold the counts of a running server against its kernel: imgcast audit [url] [--token text] [--json]',
  doctor: 'find out whether pictures really stream from an address: imgcast doctor <url>',
}

const DEFAULT_URL = 'http://localhost:9192'

/** Reads a command line and its environment; of an option given in both the flag counts. Never exits, never prints. */
export function readCommandLine(argv: readonly string[], env: Environment): CommandLine {
  const [first = ''] = argv
  const named = first !== '' && !first.startsWith('-')
  const command = named ? first : 'serve'
  const isAudit = command === 'audit'
  const isDoctor = command === 'doctor'
  const asks = isAudit || isDoctor
  const program = createProgram(asks ? OPTIONS.filter(({ name }) => name === 'token') : OPTIONS)
  if (isAudit) program.option('--json', 'print the report as JSON')
  if (isDoctor) for (const { flag, help } of DOCTOR_FLAGS) program.option(flag, help)
  const { operands, unknown, faults } = parse(program, named ? argv.slice(1) : argv)
  const given = program.opts<Record<string, unknown>>()
  if (given.help === true) return { command: 'help', text: program.helpInformation() }
  if (given.version === true) return { command: 'version' }
  if (!Object.hasOwn(COMMANDS, command)) {
    faults.push({ name: command, detail: `expected a command: ${Object.keys(COMMANDS).join(', ')}` })
  }
  for (const flag of unknown.filter((word) => word.startsWith('-'))) {
    faults.push({ name: flag, detail: 'there is no such option, see imgcast --help' })
  }
  const place = isDoctor ? operands.shift() : undefined
  const url = isAudit ? readUrl(operands.shift(), faults) : DEFAULT_URL
  for (const word of operands) faults.push({ name: word, detail: 'expected nothing here but options' })
  const options = readAll(given, env, asks ? ['token'] : undefined, faults)
  const { wait, resolve } = given as { wait?: string; resolve?: string }
  const json = given.json === true
  const order = isDoctor && readDoctorOrder({ url: place, token: options.token, json, wait, resolve }, faults)
  if (faults.length > 0) return { command: 'wrong', faults }
  if (order) return { command: 'doctor', ...order }
  return isAudit ? { command: 'audit', url, token: options.token, json } : { command: 'serve', options }
}

function createProgram(rows: readonly OptionRow[]): Command {
  const program = new Command('imgcast')
    .usage('[command] [options]')
    .description('A live image server: one img tag, a picture that changes while you look at it.')
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .argument('[command]')
  for (const row of rows) program.addOption(toOption(row))
  program.option('-h, --help', 'show this help').option('-V, --version', 'show the version')
  const commands = Object.entries(COMMANDS).map(([name, about]) => `  ${name.padEnd(7)} ${about}`)
  return program.configureHelp({
    formatHelp: (command, help) => {
      const options = help.visibleOptions(command)
      const width = Math.max(...options.map((option) => help.optionTerm(option).length))
      const lines = options.map((option) =>
        help.formatItem(help.optionTerm(option), width, help.optionDescription(option), help),
      )
      const usage = `Usage: ${help.commandUsage(command)}\n\n${help.commandDescription(command)}`
      return `${usage}\n\nCommands:\n${commands.join('\n')}\n\nOptions:\n${lines.join('\n')}\n`
    },
  })
}

function toOption(row: OptionRow): Option {
  const many = row.repeatable ? ', repeatable' : ''
  const usual = row.default === undefined || row.repeatable ? '' : `, default ${showValue(row, row.default)}`
  const about = `${row.help} (${variableOf(row)}${usual}${many})`
  // Every value is kept: the last one of an option counts, and every wrong one is told.
  return new Option(`${flagOf(row)} <${row.value}>`, about).argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
}

function readAll(
  given: Readonly<Record<string, unknown>>,
  env: Environment,
  only: readonly string[] | undefined,
  faults: Fault[],
): Options {
  const options = defaults()
  for (const row of OPTIONS.filter(({ name }) => only?.includes(name) ?? true)) {
    const values = given[row.name] as string[] | undefined
    const variable = env[variableOf(row)]
    if (values) setOption(options, row, flagOf(row), values, faults)
    else if (variable !== undefined && variable !== '') {
      setOption(options, row, variableOf(row), row.repeatable ? variable.split(',') : [variable], faults)
    }
  }
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    const missing = options.tlsCert === undefined ? '--tls-cert' : '--tls-key'
    faults.push({ name: missing, detail: 'a certificate and its key go together' })
  } else if (options.tlsCert !== undefined && options.tlsKey !== undefined) {
    try {
      createSecureContext({ cert: readFileSync(options.tlsCert), key: readFileSync(options.tlsKey) })
    } catch (error) {
      const detail = `expected a certificate and its key, in PEM: ${(error as Error).message}`
      faults.push({ name: '--tls-cert, --tls-key', detail })
    }
  }
  return options
}

function readUrl(text = DEFAULT_URL, faults: Fault[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    faults.push({ name: text, detail: `expected the address of a server, like ${DEFAULT_URL}` })
  }
  return text.replace(/\/$/, '')
}

/** Commander stops at an option without its value; all else is collected. */
function parse(
  program: Command,
  argv: readonly string[],
): { operands: string[]; unknown: string[]; faults: Fault[] } {
  try {
    return { ...program.parseOptions([...argv]), faults: [] }
  } catch (error) {
    const detail = (error as Error).message.replace(/^error: /, '')
    return { operands: [], unknown: [], faults: [{ name: 'command line', detail }] }
  }
}
