import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FuzzedParser, isRefusal, PARSERS } from './parsers.ts'

/** `npm run fuzz` runs 100 000 cases a parser. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1500)
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)
/** Bytes of one long text. */
const LONG_BYTES = 256 * 1024
/** Milliseconds of processor for a long text: 4 µs a byte. A quadratic parser takes minutes. */
const LONG_ALLOWED = 1000

process.stderr.write(`fuzz: ${RUNS} cases a parser, FUZZ_SEED=${SEED}\n`)

describe.each(PARSERS)('$name', (parser) => {
  test('returns a normalized value, or throws an error that says what was expected', {
    timeout: 1_800_000,
  }, () => {
    fc.assert(
      fc.property(textsFor(parser), (text) => read(parser, text)),
      { numRuns: RUNS, seed: SEED },
    )
  })

  test.each(parser.pieces.filter((piece) => piece !== ''))('takes linear time for %j, repeated', (piece) => {
    const text = piece.repeat(Math.ceil(LONG_BYTES / piece.length))
    const before = process.cpuUsage()
    read(parser, text)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(LONG_ALLOWED)
  })
})

function read(parser: FuzzedParser, text: string): void {
  try {
    parser.read(text)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/** Any text, and texts that consist of the parser's own words. */
function textsFor({ pieces }: FuzzedParser): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.nat().map(String),
  )
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
  )
}
