import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Command as Program } from 'commander'
import type { Fault } from '../errors.ts'
import { defaults, flagOf, setOption, variableOf } from '../options.ts'
import type { Command, CommandOptionRow, CommandOptions, Words } from './command.ts'
import { COMMANDS, DEFAULT_COMMAND } from './commands.ts'
import { createProgram } from './create-program.ts'
import { SERVER_OPTION } from './server-option.ts'

/** What a command line asks for. */
export type CommandLine =
  | { kind: 'help'; text: string }
  | { kind: 'version' }
  | { kind: 'wrong'; faults: Fault[] }
  | { kind: 'run'; run(): Promise<number | undefined> }

type Environment = Readonly<Record<string, string | undefined>>

/** Reads a command line and its environment; of an option given in both the flag counts. Never exits, never prints. */
export function readCommandLine(argv: readonly string[], env: Environment): CommandLine {
  const [first = ''] = argv
  const isNamed = first !== '' && !first.startsWith('-')
  const command = isNamed ? COMMANDS.find(({ name }) => name === first) : DEFAULT_COMMAND
  const program = createProgram(command ?? DEFAULT_COMMAND)
  const { operands, unknown, faults } = parse(program, isNamed ? argv.slice(1) : argv)
  const given = program.opts<Record<string, unknown>>()
  if (given.help === true) return { kind: 'help', text: program.helpInformation() }
  if (given.version === true) return { kind: 'version' }
  if (!command) {
    const names = COMMANDS.map(({ name }) => name).join(', ')
    faults.push({ name: first, detail: `expected a command: ${names}` })
  }
  for (const flag of unknown.filter((word) => word.startsWith('-'))) {
    // What stands behind a `=` may be a secret.
    faults.push({ name: flag.replace(/=.*/s, ''), detail: 'there is no such option, see imgcast --help' })
  }
  const words = readWords(command ?? DEFAULT_COMMAND, operands, given, env, faults)
  const run = command?.read(words, faults)
  return run && faults.length === 0 ? { kind: 'run', run } : { kind: 'wrong', faults }
}

function readWords(
  { operand, options, flags = [] }: Command,
  operands: string[],
  given: Readonly<Record<string, unknown>>,
  env: Environment,
  faults: Fault[],
): Words {
  const names = operand?.split(' ') ?? []
  const taken = operands.slice(0, names.length)
  for (const name of names.slice(taken.length).filter((each) => each.startsWith('<'))) {
    if (faults.length === 0) faults.push({ name, detail: 'is missing, see --help' })
  }
  for (const extra of operands.slice(names.length))
    faults.push({ name: `${extra}`, detail: 'expected nothing here but options' })
  const own = flags.map(({ flag }) => camel(/--([\w-]+)/.exec(flag)?.[1] ?? ''))
  const last = (value: unknown) => (Array.isArray(value) ? value.at(-1) : value)
  return {
    operand: taken[0],
    operands: taken,
    options: readOptions(options, given, env, faults),
    flags: Object.fromEntries(own.map((name) => [name, last(given[name])])),
  }
}

function readOptions(
  rows: readonly CommandOptionRow[],
  given: Readonly<Record<string, unknown>>,
  env: Environment,
  faults: Fault[],
): CommandOptions {
  const options = { ...defaults(), server: String(SERVER_OPTION.default) }
  for (const row of rows) {
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

/** Commander stops at an option without its value; all else is collected. */
function parse(
  program: Program,
  argv: readonly string[],
): { operands: string[]; unknown: string[]; faults: Fault[] } {
  try {
    return { ...program.parseOptions([...argv]), faults: [] }
  } catch (error) {
    const detail = (error as Error).message.replace(/^error: /, '')
    return { operands: [], unknown: [], faults: [{ name: 'command line', detail }] }
  }
}

function camel(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
