import { analyse } from 'scslre'
import { describe, expect, test } from 'vitest'
import { collectExpressions } from './support/regexps.ts'

const { literals, builders } = collectExpressions(['src', 'widgets'])
/** Expressions made of the server's own words and no text that a stranger sent, or by the author of a widget. */
const BUILDERS = ['src/http/picture-path.ts']
const LONG = 8_000
/** Milliseconds of processor: 8 kB take a linear expression less than 1, a quadratic one 30 and more. */
const ALLOWED = 15

describe('every regular expression is linear', () => {
  test.each(literals)('by analysis: /$source/$flags of $file', ({ source, flags }) => {
    const { reports } = analyse(
      { source, flags },
      { reportTypes: { Move: true, Self: true, Trade: true }, assumeRejectingSuffix: false },
    )
    expect(reports.map(({ type }) => type)).toEqual([])
  })

  // The analysis does not see an expression that begins again within what it has searched, such as `<a[^>]*>`.
  test.each(literals)(
    'by measurement: /$source/$flags of $file',
    ({ source, flags }) => {
      for (const text of attacksOn(source)) {
        const expression = new RegExp(source, flags)
        const measure = () => processorTimeOf(() => text.replace(expression, ''))
        const took = measure()
        // Other work of this process may have been counted: only an expression that is slow each time is at fault.
        const least = took < ALLOWED ? took : Math.min(measure(), measure(), measure())
        expect(least, JSON.stringify(text.slice(0, 40))).toBeLessThan(ALLOWED)
      }
    },
    60_000,
  )

  test('and none is created at run time', () => {
    expect(builders).toEqual(BUILDERS)
  })

  test('and both ways find those that are not', () => {
    const found = (source: string) => {
      const { reports } = analyse({ source, flags: '' }, { assumeRejectingSuffix: false })
      return reports.length > 0
    }
    expect(found('\\s+$')).toBe(true)
    const times = attacksOn('<svg[^>]*>').map((text) =>
      processorTimeOf(() => text.repeat(4).replace(/<svg[^>]*>/, '')),
    )
    expect(Math.max(...times)).toBeGreaterThan(ALLOWED)
  })
})

/** The beginnings of the expression's own letters, each repeated: they begin a match again and again, and end none. */
function attacksOn(source: string): string[] {
  const letters = source.replaceAll(/\\[a-zA-Z]|[\\^$*+?|()[\]{}]/g, '').slice(0, 40)
  const beginnings = [1, 2, 3, 4, 6, 8, 12, 16, letters.length].map((length) => letters.slice(0, length))
  return [...new Set(beginnings)]
    .filter((beginning) => beginning !== '')
    .map((beginning) => beginning.repeat(Math.ceil(LONG / beginning.length)))
}

function processorTimeOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
