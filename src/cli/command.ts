import type { Fault } from '../errors.ts'
import type { OptionRow, Options } from '../imgcast/options.ts'

/** The options of all commands, by name. */
export interface CommandOptions extends Options {
  /** The URL of the server, without a trailing slash. */
  server: string
}

/** An option of a command that has an environment variable. */
export type CommandOptionRow = OptionRow<keyof CommandOptions>

/** An option of one command, without an environment variable. */
export interface Flag {
  /** As commander writes it: `--json`, or `-o, --output <file>` for one with a value. */
  flag: string
  help: string
  /** Whether it can be given several times: its values are joined by line feeds. @default false: the last one counts */
  repeatable?: boolean
}

/** A parsed command line, before the command's own validation. */
export interface Words {
  /** The first operand; undefined without one. */
  operand: string | undefined
  /** All operands, at most as many as the command takes. */
  operands: readonly string[]
  options: CommandOptions
  /** The command's own flags, by their names in camel case. The last value of a repeated flag counts. */
  flags: Readonly<Record<string, string | boolean | undefined>>
}

/** A command: its name, help, options and implementation, in one place. */
export interface Command {
  name: string
  /** Its description in the help. */
  about: string
  /**
   * The operands, as the help shows them: `<name>`, or `[url]` if optional, separated by spaces.
   */
  operand?: string
  /** Its options that have environment variables. */
  options: readonly CommandOptionRow[]
  flags?: readonly Flag[]
  /** Checks its arguments and returns a function that runs it, and resolves to the exit code, or to undefined if it keeps running. */
  read(words: Words, faults: Fault[]): () => Promise<number | undefined>
}

/** The exit code for a wrong command line. */
export const USAGE_ERROR = 2
