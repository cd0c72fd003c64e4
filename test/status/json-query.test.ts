import { describe, expect, test } from 'vitest'
import { compileJsonQuery } from '../../src/status/json-query.ts'

const DATA = {
  build: {
    status: 'green',
    runs: [
      { id: 1, ok: true },
      { id: 2, ok: false },
    ],
  },
  'a..b': 5,
}

describe('a query', () => {
  test.each<[string, unknown[]]>([
    ['$', [DATA]],
    ['$.build.status', ['green']],
    ["$['build']['status']", ['green']],
    ['$.build.runs[0].id', [1]],
    ['$.build.runs[-1].id', [2]],
    ['$.build.runs[*].id', [1, 2]],
    ['$..id', [1, 2]],
    ['$.build.runs[?@.ok == true].id', [1]],
    ["$['a..b']", [5]],
    ['$.nothing.here', []],
    ['$.constructor', []],
    ['$.__proto__', []],
  ])('%s finds what is there', (text, found) => {
    expect(compileJsonQuery(text)(DATA)).toEqual(found)
  })

  test.each<[string, RegExp]>([
    ['', /begins with \$, got ""/],
    ['build.status', /begins with \$, got "build.status"/],
    ['$.', /like \$\.build\.status, got "\$\."/],
    ['$.a[', /got "\$\.a\["/],
    ['$.a[?match(@.b, "(a+)+$")]', /got/],
    ['$.a[?search(@.b, "(a+)+")]', /no such function/],
    ['$[?(@.constructor.constructor("return process")())]', /got/],
    ['$..a..b', /without two \.\. in it/],
    ['$[?count(@[?@.a]) > 1]', /without two filters, \? in it/],
    ['$.a[?@.b == $.c]', /without two \$ in it/],
    [`$${'[0,0]'.repeat(24)}`, /at most 20 segments, got 24/],
    [`$${'[0,0]'.repeat(5)}`, /at most 16 paths, got 32/],
    [`$[${Array(17).fill('*')}]`, /at most 16 paths, got 17/],
    [`$..[?count(@${'[*,*]'.repeat(5)}) > 1]`, /at most 16 paths, got 32/],
    [`$${'.a'.repeat(21)}`, /at most 20 segments, got 21/],
    [`$.${'a'.repeat(200)}`, /at most 200 characters, got 202/],
  ])('%s is refused', (text, message) => {
    expect(() => compileJsonQuery(text)).toThrow(TypeError)
    expect(() => compileJsonQuery(text)).toThrow(message)
  })

  test('of much JSON takes no measurable time', () => {
    const much = { a: Array.from({ length: 20_000 }, (_, id) => ({ id, tags: ['x', 'y'] })) }
    const start = performance.now()
    expect(compileJsonQuery('$..[?count(@.*) > 1].id')(much)).toHaveLength(20_000)
    // A nested filter took more than 10 s for a sixth of this.
    expect(performance.now() - start).toBeLessThan(8_000)
  })

  test('of JSON too deep fails, and harms nothing', () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)
    expect(() => compileJsonQuery('$..x')(deep)).toThrow(/./)
  })
})
