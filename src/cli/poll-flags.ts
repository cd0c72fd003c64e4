import type { Flag } from './command.ts'

/** The interval of a poll. */
export const EVERY_FLAG: Flag = {
  flag: '--every <time>',
  help: 'interval between two polls, like 30s (default 1m)',
}

/** The request headers of a poll. */
export const HEADER_FLAG: Flag = {
  flag: '--header <header>',
  help: 'a request header like "Authorization: Bearer ...", repeatable; never shown again',
  repeatable: true,
}
