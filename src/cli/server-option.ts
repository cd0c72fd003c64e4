import type { Fault } from '../errors.ts'
import { OPTIONS, type OptionRow, setOption } from '../options.ts'
import type { CommandOptionRow, Words } from './command.ts'

const DEFAULT_URL = 'http://localhost:9192'

/** Which server a command asks: an option of commands only, a server has no use for it. */
export const SERVER_OPTION: OptionRow<'server'> = {
  name: 'server',
  value: 'url',
  default: DEFAULT_URL,
  expected: `the address of a server, like ${DEFAULT_URL}, without a user name and a password`,
  help: 'address of the running server that is asked by a command',
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isRight = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    return isRight ? text.replace(/\/$/, '') : undefined
  },
}

/** The options of a command that asks a running server. */
export const SERVER_OPTIONS: readonly CommandOptionRow[] = [
  ...OPTIONS.filter(({ name }) => name === 'token'),
  SERVER_OPTION,
]

/** Which server is asked by a command that takes its address without a flag too: that one counts. */
export function readServer({ operand, options }: Words, faults: Fault[]): string {
  const read = { server: options.server }
  if (operand !== undefined) setOption(read, SERVER_OPTION, 'url', [operand], faults)
  return read.server
}
