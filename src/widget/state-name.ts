import { quote } from '../errors.ts'

const NAME = /^[A-Za-z0-9._~-]{1,64}$/
const SERVER_NAME = /^\$[A-Za-z0-9._~:-]{1,64}$/

/** Whether a name is the server's own: widgets may read it, but not write it. */
export function isServerName(name: string): boolean {
  return name.startsWith('$')
}

/** @throws TypeError if the name is not valid. */
export function checkStateName(name: unknown): asserts name is string {
  if (typeof name === 'string' && (NAME.test(name) || SERVER_NAME.test(name))) return
  throw new TypeError(
    `Expected the name of a value to be 1 to 64 characters A-Z a-z 0-9 . _ ~ -, got ${quote(name)}`,
  )
}
