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

/** What a command line asks for. */
export type CommandLine =
  | { command: 'help'; text: string }
  | { command: 'version' }
  | { command: 'wrong'; faults: Fault[] }
  | { command: 'serve'; options: Options }

const COMMANDS = ['serve']

/** Reads a command line and its environment; of an option given in both the flag counts. Never exits, never prints. */
export function readCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const program = createProgram()
  const { operands, unknown, faults } = parse(program, argv)
  const given = program.opts<Record<string, unknown>>()
  if (given.help === true) return { command: 'help', text: program.helpInformation() }
  if (given.version === true) return { command: 'version' }
  for (const flag of unknown.filter((word) => word.startsWith('-'))) {
    faults.push({ name: flag, detail: 'there is no such option, see imgcast --help' })
  }
  const [command = 'serve', ...rest] = operands
  if (!COMMANDS.includes(command))
    faults.push({ name: command, detail: `expected a command: ${COMMANDS.join(', ')}` })
  for (const word of rest)
    faults.push({ name: word, detail: 'expected nothing after the command but options' })
  const options = defaults()
  for (const row of OPTIONS) {
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
  }
  return faults.length > 0 ? { command: 'wrong', faults } : { command: 'serve', options }
}

function createProgram(): Command {
  const program = new Command('imgcast')
    .usage('[serve] [options]')
    .description('A live image server: one img tag, a picture that changes while you look at it.')
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .argument('[command]', 'serve (the default): run the server')
  for (const row of OPTIONS) program.addOption(toOption(row))
  program.option('-h, --help', 'show this help').option('-V, --version', 'show the version')
  return program
}

function toOption(row: OptionRow): Option {
  const many = row.repeatable ? ', repeatable' : ''
  const usual =
    row.default === undefined || (row.repeatable && !row.secret)
      ? ''
      : `, default ${showValue(row, row.default)}`
  const option = new Option(
    `${flagOf(row)} <${row.value}>`,
    `${row.help} (${variableOf(row)}${usual}${many})`,
  )
  // Every value is kept: the last one of an option counts, and every wrong one is told.
  return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
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
