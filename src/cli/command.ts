import type { Fault } from '../errors.ts'
import type { OptionRow, Options } from '../options.ts'

/** The options of all commands, by their names in code. */
export interface CommandOptions extends Options {
  /** The address of the server that is asked, without a slash at its end. */
  server: string
}

/** One option of a command's, with an environment variable. */
export type CommandOptionRow = OptionRow<keyof CommandOptions>

/** An option that only one command has. */
export interface Flag {
  /** As commander writes it: `--json`, or `-o, --output <file>` for one with a value. */
  flag: string
  help: string
}

/** The words of a command line, read as far as that can be done without knowing the command. */
export interface Words {
  /** The first that stands without a flag; undefined where nothing does. */
  operand: string | undefined
  /** All that stand without a flag, no more than the command takes. */
  operands: readonly string[]
  options: CommandOptions
  /** The command's own, by their names in camel case; of one given twice the last value counts. */
  flags: Readonly<Record<string, string | boolean | undefined>>
}

/** One command: the only place that knows its name, its help, its options and what it does. */
export interface Command {
  name: string
  /** What it does, for the help. */
  about: string
  /**
   * What stands without a flag, as the help writes it: `<name>`, or `[url]` where it may be missing; several have a
   * space between.
   */
  operand?: string
  /** The options that it takes, with their environment variables. */
  options: readonly CommandOptionRow[]
  flags?: readonly Flag[]
  /** Checks its words, and answers what runs it; that resolves to the exit code, or to nothing while it goes on. */
  read(words: Words, faults: Fault[]): () => Promise<number | undefined>
}

/** The exit code for a command line that cannot be understood, or cannot be done. */
export const USAGE_ERROR = 2
