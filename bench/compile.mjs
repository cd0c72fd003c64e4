import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../.tmp/bench/', import.meta.url))

/** Compiles one of the C programs here; returns the path of the result, or undefined without a compiler. */
export function compile(source) {
  mkdirSync(FOLDER, { recursive: true })
  const program = join(FOLDER, basename(source, '.c'))
  const { error, status, stderr } = spawnSync('cc', [
    '-O2',
    '-o',
    program,
    fileURLToPath(new URL(source, import.meta.url)),
  ])
  if (error) return undefined
  if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`)
  return program
}
