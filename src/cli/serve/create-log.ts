import type { WriteStream } from 'node:tty'
import { type Logger, pino } from 'pino'
import { harmlessAll } from '../printable.ts'

const STANDARD_ERROR = 2

/**
 * Makes the log of a command. It writes to standard error: readable text on a terminal, lines of JSON elsewhere.
 * @param level as pino names it
 */
export async function createLog(level: string, output: WriteStream = process.stderr): Promise<Logger> {
  if (!output.isTTY) return pino({ level }, pino.destination(STANDARD_ERROR))
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({
    colorize: output.hasColors(),
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  })
  // Strangers choose parts of some lines, which must not contain terminal escapes.
  const write = (line: string) => void output.write(format(harmlessAll(JSON.parse(line) as object)))
  return pino({ level }, { write })
}
