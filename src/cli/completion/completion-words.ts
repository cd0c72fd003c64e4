import { flagOf } from '../../imgcast/options.ts'
import type { Command } from '../command.ts'

/** A flag that a shell can complete. */
export interface FlagWord {
  /** `--port`. */
  flag: string
  help: string
  takesValue: boolean
}

/** The completions of a command. */
export interface CommandWords {
  name: string
  about: string
  /** The words that can follow the command: those of `<add|list>`. */
  actions: readonly string[]
  flags: readonly FlagWord[]
}

/** Collects the words that a shell can complete after each command. */
export function toCompletionWords(commands: readonly Command[]): CommandWords[] {
  return commands.map(({ name, about, operand = '', options, flags = [] }) => ({
    name,
    about,
    actions: /^[<[](\w+(?:\|\w+)+)[>\]]/.exec(operand)?.[1]?.split('|') ?? [],
    flags: [
      ...options.map((row) => ({ flag: flagOf(row), help: row.help, takesValue: true })),
      ...flags.map(({ flag, help }) => ({
        flag: /--[\w-]+/.exec(flag)?.[0] ?? flag,
        help,
        takesValue: flag.includes('<'),
      })),
      { flag: '--help', help: 'show this help', takesValue: false },
    ],
  }))
}
