import { type Fault, PublicError } from '../errors.ts'
import { flagOf } from '../options.ts'
import { type ApiCall, callApi } from './call-api.ts'
import type { Words } from './command.ts'
import { harmless } from './printable.ts'

/** What asks the server, with its address and token filled in; no text of its answer can steer a terminal. */
export type Call = <T>(call: Pick<ApiCall<T>, 'method' | 'path' | 'body' | 'expected'>) => Promise<T>

/** One thing that a command can do, by the word that stands first: `imgcast hooks add`. */
export interface Action {
  /** What has to stand after that word, as the help writes it. */
  operands: readonly string[]
  /** Its flags, by their names in camel case, besides those of every action. */
  flags: readonly string[]
  /** What the server does with these words before anything else: each throws a `PublicError` that names its faults. */
  checks: readonly ((operands: readonly string[], flags: Words['flags']) => unknown)[]
  /** Answers what to print. */
  run(call: Call, operands: readonly string[], flags: Words['flags']): Promise<string>
}

const FAILED = 1

/** Reads which action is wanted, and answers what runs it. */
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
      const call: Call = async (rest) => tame(await callApi({ url, token, ...rest }))
      process.stdout.write((await action?.run(call, operands, flags)) ?? '')
      return 0
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`)
      return FAILED
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
    ...strange.map((flag) => ({ name: flagOf({ name: flag }), detail: `is not for ${name}` })),
    ...rest.map((extra) => ({ name: extra, detail: 'expected nothing here but options' })),
  ]
  const found = action.checks.flatMap((check) => faultsOf(() => check(operands, flags)))
  for (const { name: field, detail } of found) {
    // What is missing was told.
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

/** An answer of the API, with every text in it made harmless. */
function tame<T>(answer: T): T {
  if (typeof answer === 'string') return harmless(answer) as T
  if (typeof answer !== 'object' || answer === null) return answer
  if (Array.isArray(answer)) return answer.map(tame) as T
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, tame(value)])) as T
}

/** Rows as text, each column as wide as its widest cell. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
