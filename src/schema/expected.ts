import { quote } from '../errors.ts'

/** The error of a schema: `expected <what>, got <value>`, with the value quoted and its secrets removed. */
export function expected(what: string): { error(issue: { input?: unknown }): string } {
  return { error: ({ input }) => `expected ${what}, got ${quote(input)}` }
}
