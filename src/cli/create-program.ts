import { Option, Command as Program } from 'commander'
import { flagOf, showValue, variableOf } from '../imgcast/options.ts'
import type { Command, CommandOptionRow } from './command.ts'

/**
 * Makes the parser of a command's options, with its help.
 * @param commands the commands that the help lists; undefined if it is the help of one command
 */
export function createProgram(
  { name, about, operand = '', options, flags = [] }: Command,
  commands: readonly Command[] | undefined,
): Program {
  const program = new Program('imgcast')
    .usage(commands ? '[command] [options]' : `${name} ${operand} [options]`.replace('  ', ' '))
    .description(
      commands
        ? 'A live image server: one img tag, a picture that changes while you look at it.'
        : `${about.charAt(0).toUpperCase()}${about.slice(1)}.`,
    )
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  for (const row of options) program.addOption(toOption(row))
  for (const { flag, help } of flags) program.addOption(keepAll(new Option(flag, help)))
  program.option('-h, --help', 'show this help').option('-V, --version', 'show the version')
  return program.configureHelp({
    formatHelp: (command, help) => {
      const all = help.visibleOptions(command)
      const width = Math.max(...all.map((option) => help.optionTerm(option).length))
      const lines = all.map((option) =>
        help.formatItem(help.optionTerm(option), width, help.optionDescription(option), help),
      )
      const usage = `Usage: ${help.commandUsage(command)}\n\n${help.commandDescription(command)}`
      const heading = commands ? `${listCommands(commands)}Options of ${name}:` : 'Options:'
      return `${usage}\n\n${heading}\n${lines.join('\n')}\n`
    },
  })
}

function listCommands(commands: readonly Command[]): string {
  const rows = commands.map(({ name, operand, about }) => [`${name} ${operand ?? ''}`.trim(), about] as const)
  const width = Math.max(...rows.map(([term]) => term.length))
  const lines = rows.map(([term, about]) => `  ${term.padEnd(width)}  ${about}`)
  return `Commands ("imgcast help <command>" shows the options of each):\n${lines.join('\n')}\n\n`
}

function toOption(row: CommandOptionRow): Option {
  const repeats = row.repeatable ? ', repeatable' : ''
  const byDefault =
    row.default === undefined || row.repeatable ? '' : `, default ${showValue(row, row.default)}`
  const about = `${row.help} (${variableOf(row)}${byDefault}${repeats})`
  if (row.value === 'on|off') return keepAll(new Option(`${flagOf(row)} [${row.value}]`, about).preset('on'))
  return keepAll(new Option(`${flagOf(row)} <${row.value}>`, about))
}

/** Keeps every value: the last one counts, and every wrong one is reported. */
function keepAll(option: Option): Option {
  if (option.isBoolean()) return option
  return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
}
