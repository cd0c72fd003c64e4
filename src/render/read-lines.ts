import type { Readable } from 'node:stream'

/** A line is told when it is so long, whether it has ended or not: somebody may never end one. */
const LONGEST = 4_000
/** Lines a second that are told; the rest are counted only. */
const MOST_LINES = 50

/** Calls `listener` for each line of a widget's outputs, as far as that is within reason. */
export function readLines(outputs: readonly (Readable | null)[], listener: (line: string) => void): void {
  for (const output of outputs) if (output) readOne(output, listener)
}

function readOne(output: Readable, listener: (line: string) => void): void {
  let rest = ''
  let second = 0
  let told = 0
  const tell = (line: string) => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) {
      if (told > MOST_LINES) listener(`(${told - MOST_LINES} more lines in a second)`)
      second = now
      told = 0
    }
    told += 1
    if (told <= MOST_LINES) listener(line)
  }
  output.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') tell(line.slice(0, LONGEST))
    if (rest.length <= LONGEST) return
    tell(rest.slice(0, LONGEST))
    rest = ''
  })
  output.on('end', () => {
    if (rest.trim() !== '') tell(rest)
  })
}
