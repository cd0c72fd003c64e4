import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'

/** A regular expression in a source file. */
export interface SourceExpression {
  file: string
  source: string
  flags: string
}

/** The texts of the source files of some folders. */
export interface SourceExpressions {
  literals: SourceExpression[]
  /** Files that make expressions of text at run time. */
  builders: string[]
}

interface Node {
  type?: string
  regex?: { pattern: string; flags: string }
  callee?: { name?: string }
}

/** Collects the regular expressions of all source files in folders, by the syntax tree. */
export function collectExpressions(folders: readonly string[]): SourceExpressions {
  const literals: SourceExpression[] = []
  const builders = new Set<string>()
  for (const file of folders.flatMap(sourcesIn)) {
    visit(parseSync(file, readFileSync(file, 'utf8')).program, ({ type, regex, callee }) => {
      if (type === 'Literal' && regex) literals.push({ file, source: regex.pattern, flags: regex.flags })
      if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp')
        builders.add(file)
    })
  }
  return { literals, builders: [...builders] }
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|mjs|js)$/.test(name))
    .map((name) => join(folder, name))
}

function visit(value: unknown, look: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) look(value as Node)
  for (const part of Object.values(value)) visit(part, look)
}
