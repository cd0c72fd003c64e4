import type { Fault } from '../errors.ts'
import { OPTIONS, type OptionRow, setOption } from '../imgcast/options.ts'
import type { CommandOptionRow, Words } from './command.ts'

const DEFAULT_URL = 'http://localhost:9192'

/** The server that a command connects to. Only commands have this option. */
export const SERVER_OPTION: OptionRow<'server'> = {
  name: 'server',
  value: 'url',
  default: DEFAULT_URL,
  expected: `the URL of a server, like ${DEFAULT_URL}, without a user name and a password`,
  help: 'URL of the running server that a command connects to',
  parse: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isRight = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    return isRight ? text.replace(/\/$/, '') : undefined
  },
}

const TOKEN_HELP = 'token of the running server’s API'

/** The options of a command that connects to a running server. */
export const SERVER_OPTIONS: readonly CommandOptionRow[] = [
  ...OPTIONS.filter(({ name }) => name === 'token').map((row) => ({ ...row, help: TOKEN_HELP })),
  SERVER_OPTION,
]

/** Returns the server of a command that also takes the URL as an operand. The operand overrides the option. */
export function readServer({ operand, options }: Words, faults: Fault[]): string {
  const read = { server: options.server }
  if (operand !== undefined) setOption(read, SERVER_OPTION, 'url', [operand], faults)
  return read.server
}
