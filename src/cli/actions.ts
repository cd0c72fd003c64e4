import { type Fault, PublicError } from '../errors.ts'
import { flagOf } from '../imgcast/options.ts'
import { type ApiCall, callApi } from './call-api.ts'
import { USAGE_ERROR, type Words } from './command.ts'
import { harmlessAll } from './printable.ts'

/** Calls the server's API with its address and token. Texts in the response contain no control characters. */
export type Call = <T>(call: Pick<ApiCall<T>, 'method' | 'path' | 'body' | 'expected'>) => Promise<T>

/** An action of a command, selected by its first word: `imgcast hooks add`. */
export interface Action {
  /** The operands after that word, as the help shows them. */
  operands: readonly string[]
  /** Its own flags, by their names in camel case. */
  flags: readonly string[]
  /** The server's own validations. Each throws a `PublicError` that lists the faults. */
  checks: readonly ((operands: readonly string[], flags: Words['flags']) => unknown)[]
  /** Resolves to the text to print. */
  run(call: Call, operands: readonly string[], flags: Words['flags']): Promise<string>
}

const FAILED = 1

/** Parses the action, and returns a function that runs it. */
export function readAction(
  actions: Readonly<Record<string, Action>>,
  { operands: [name = '', ...operands], options, flags }: Words,
  faults: Fault[],
): () => Promise<number> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action) faults.push(...findFaults(name, action, operands, flags))
  else if (name !== '') faults.push({ name, detail: `expected one of ${Object.keys(actions).join(', ')}` })
  return async () => {
    try {
      const { server: url, token } = options
      const call: Call = async (rest) => harmlessAll(await callApi({ url, token, ...rest }))
      process.stdout.write((await action?.run(call, operands, flags)) ?? '')
      return 0
    } catch (error) {
      const { code, path, message } = error as NodeJS.ErrnoException
      const isMissing = code === 'ENOENT'
      process.stderr.write(`${isMissing ? `there is no file ${path}` : message}\n`)
      return isMissing ? USAGE_ERROR : FAILED
    }
  }
}

function findFaults(name: string, action: Action, operands: readonly string[], flags: Words['flags']) {
  const missing = action.operands.slice(operands.length).filter((operand) => operand.startsWith('<'))
  const strange = Object.keys(flags).filter(
    (flag) => flags[flag] !== undefined && !action.flags.includes(flag),
  )
  const rest = operands.slice(action.operands.length)
  const faults: Fault[] = [
    ...missing.map((operand) => ({ name: `${name} ${operand}`, detail: 'is missing, see --help' })),
    ...strange.map((flag) => ({ name: flagOf({ name: flag }), detail: `does not apply to ${name}` })),
    ...rest.map((extra) => ({ name: extra, detail: 'unexpected argument, see --help' })),
  ]
  const found = action.checks.flatMap((check) => faultsOf(() => check(operands, flags)))
  for (const { name: field, detail } of found) {
    // A missing operand was already reported.
    if (missing.includes(`<${field}>`)) continue
    faults.push({ name: action.flags.includes(field) ? flagOf({ name: field }) : field, detail })
  }
  return faults
}

function faultsOf(check: () => unknown): readonly Fault[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof PublicError) return error.faults
    throw error
  }
}

/** Formats rows as text, each column as wide as its widest cell. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
