import type { Readable } from 'node:stream'

/** Longer lines are split: a process may never send a line break. */
const MAX_LINE_LENGTH = 4_000
/** Lines passed on per second; the rest are only counted. */
const MAX_LINES = 50

/** Calls `listener` for each line of a child's output that is not blank, within limits of length and rate. */
export function readLines(output: Readable, listener: (line: string) => void): void {
  let rest = ''
  let second = 0
  let lines = 0
  const pass = (line: string) => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) {
      if (lines > MAX_LINES) listener(`(${lines - MAX_LINES} more lines in a second)`)
      second = now
      lines = 0
    }
    lines += 1
    if (lines <= MAX_LINES) listener(line)
  }
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line.trim() !== '') pass(line.slice(0, MAX_LINE_LENGTH))
    if (rest.length <= MAX_LINE_LENGTH) return
    pass(rest.slice(0, MAX_LINE_LENGTH))
    rest = ''
  })
  output.on('end', () => {
    if (rest.trim() !== '') pass(rest)
  })
}
