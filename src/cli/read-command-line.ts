import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Command as Program } from 'commander'
import type { Fault } from '../errors.ts'
import { findEdgeFaults } from '../imgcast/edge-options.ts'
import { defaults, flagOf, OPTIONS, setOption, variableOf } from '../imgcast/options.ts'
import { nearest } from '../system/nearest.ts'
import type { Command, CommandOptionRow, CommandOptions, Words } from './command.ts'
import { COMMANDS, DEFAULT_COMMAND, loadCommands } from './commands.ts'
import { createProgram } from './create-program.ts'
import { SERVER_OPTION } from './server-option.ts'

/** The result of reading a command line. */
export type CommandLine =
  | { kind: 'help'; text: string }
  | { kind: 'version' }
  | { kind: 'wrong'; faults: Fault[] }
  | { kind: 'run'; run(): Promise<number | undefined> }

const HELP = 'help'
const PREFIX = 'IMGCAST_'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a command line and its environment. A flag overrides its environment variable. Never exits, never prints.
 * `imgcast help`, and `--help` after any command, show the help.
 */
export async function readCommandLine(argv: readonly string[], env: Environment): Promise<CommandLine> {
  const [first = ''] = argv
  if (first === HELP) return readCommandLine([...argv.slice(1, 2), '--help'], env)
  const isNamed = first !== '' && !first.startsWith('-')
  const command = isNamed ? await findCommand(first) : DEFAULT_COMMAND
  const program = createProgram(command ?? DEFAULT_COMMAND, undefined)
  const { operands, unknown, faults } = parse(program, isNamed ? argv.slice(1) : argv)
  const given = program.opts<Record<string, unknown>>()
  if (!command) return { kind: 'wrong', faults: [toCommandFault(first)] }
  if (given.help === true) {
    const help = isNamed ? program : createProgram(command, await loadCommands())
    return { kind: 'help', text: help.helpInformation() }
  }
  if (given.version === true) return { kind: 'version' }
  for (const word of unknown.filter((each) => each.startsWith('-'))) faults.push(toFlagFault(word, program))
  faults.push(...findMisspeltVariables(env))
  const words = readWords(command, operands, given, env, faults)
  const run = command.read(words, faults)
  return faults.length === 0 ? { kind: 'run', run } : { kind: 'wrong', faults }
}

async function findCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.() : undefined
}

function toCommandFault(name: string): Fault {
  const names = [...Object.keys(COMMANDS), HELP]
  const near = nearest(name, names)
  const detail = near
    ? `there is no such command, did you mean ${near}?`
    : `expected a command: ${names.join(', ')}`
  return { name, detail }
}

function toFlagFault(word: string, program: Program): Fault {
  // The text after a `=` may be a secret.
  const name = word.replace(/=.*/s, '')
  const near = nearest(
    name,
    program.options.flatMap(({ long }) => long ?? []),
  )
  return { name, detail: `there is no such option, ${near ? `did you mean ${near}?` : 'see imgcast --help'}` }
}

/** Variables that look like a misspelt option. Others that begin with `IMGCAST_` may belong to a widget. */
function findMisspeltVariables(env: Environment): Fault[] {
  const known = [...OPTIONS, SERVER_OPTION].map((row) => variableOf(row).slice(PREFIX.length).toLowerCase())
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX))
  return names.flatMap((name) => {
    const near = nearest(name.slice(PREFIX.length), known)
    if (near === undefined || `${PREFIX}${near.toUpperCase()}` === name) return []
    return [{ name, detail: `there is no such variable, did you mean ${PREFIX}${near.toUpperCase()}?` }]
  })
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
    faults.push({ name: extra, detail: 'unexpected argument, see --help' })
  const own = flags.map((flag) => [camel(/--([\w-]+)/.exec(flag.flag)?.[1] ?? ''), flag.repeatable] as const)
  const read = (value: unknown, repeatable = false) =>
    Array.isArray(value) ? (repeatable ? value.join('\n') : value.at(-1)) : value
  return {
    operand: taken[0],
    operands: taken,
    options: readOptions(options, given, env, faults),
    flags: Object.fromEntries(own.map(([name, repeatable]) => [name, read(given[name], repeatable)])),
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
  faults.push(...findEdgeFaults(options, (name) => flagOf({ name })))
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    const missing = options.tlsCert === undefined ? '--tls-cert' : '--tls-key'
    faults.push({
      name: missing,
      detail: 'is missing: a certificate needs its key, and a key its certificate',
    })
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

/** Commander throws on an option without its value, and collects all other faults. */
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
