import { Option, Command as Program } from 'commander'
import { flagOf, showValue, variableOf } from '../options.ts'
import type { Command, CommandOptionRow } from './command.ts'
import { COMMANDS, DEFAULT_COMMAND } from './commands.ts'

/** Makes the parser of a command's options, and its help: that of the default command lists the others. */
export function createProgram({ name, about, operand = '', options, flags = [] }: Command): Program {
  const isDefault = name === DEFAULT_COMMAND.name
  const program = new Program('imgcast')
    .usage(isDefault ? '[command] [options]' : `${name} ${operand} [options]`.replace('  ', ' '))
    .description(
      isDefault
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
      return `${usage}\n\n${isDefault ? listCommands() : ''}Options:\n${lines.join('\n')}\n`
    },
  })
}

function listCommands(): string {
  const rows = COMMANDS.map(({ name, operand, about }) => [`${name} ${operand ?? ''}`.trim(), about] as const)
  const width = Math.max(...rows.map(([term]) => term.length))
  const lines = rows.map(([term, about]) => `  ${term.padEnd(width)}  ${about}`)
  return `Commands (each has a --help of its own):\n${lines.join('\n')}\n\n`
}

function toOption(row: CommandOptionRow): Option {
  const many = row.repeatable ? ', repeatable' : ''
  const usual = row.default === undefined || row.repeatable ? '' : `, default ${showValue(row, row.default)}`
  const about = `${row.help} (${variableOf(row)}${usual}${many})`
  if (row.value === 'on|off') return keepAll(new Option(`${flagOf(row)} [${row.value}]`, about).preset('on'))
  return keepAll(new Option(`${flagOf(row)} <${row.value}>`, about))
}

/** Every value is kept: the last one of an option counts, and every wrong one is told. */
function keepAll(option: Option): Option {
  if (option.isBoolean()) return option
  return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
}
