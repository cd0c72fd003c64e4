import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toFailureReport, toFaultReport } from '../../../src/http/page/error-report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widgets-'))
  await writeFile(join(folder, 'clock.ts'), `\n\n\tsize: (,\n${'x'.repeat(300)}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const at = (line: number, column: number | undefined) => ({ file: join(folder, 'clock.ts'), line, column })
const line = (number: string, text: string, caret: string | undefined) => ({
  ...{ number, text, caret },
  isFault: true,
})
const faultAt = (line: number, column: number | undefined, isLocal = true) =>
  toFaultReport({ name: 'clock', message: 'bad', publicMessage: 'bad', ...at(line, column) }, isLocal)

describe('the report of a faulty widget', () => {
  test('names file, line and column, with the line of code and a caret', () => {
    const report = faultAt(3, 9)
    expect(report.place).toMatch(/^widgets-\w+\/clock\.ts:3:9$/)
    expect(report.code?.find(({ isFault }) => isFault)).toEqual(line('3', '\tsize: (,', '\t       ^'))
  })

  test('has no caret if only the line is known, and no code if there is none', () => {
    expect(faultAt(3, undefined).code?.[2]).toEqual(line('3', '\tsize: (,', undefined))
    expect(faultAt(99, 1).code).toBeUndefined()
  })

  test('has two lines before and after, without their common indentation', async () => {
    await writeFile(join(folder, 'long.ts'), `${'//\n'.repeat(7)}  a(\n\n    b,\n  }\n  c\n  d\n`)
    const frame = toFaultReport(
      { name: 'long', message: 'bad', publicMessage: 'bad', file: join(folder, 'long.ts'), line: 10 },
      true,
    )
    expect(frame.code?.map(({ number, text, isFault }) => [number, text, isFault])).toEqual([
      [' 8', 'a(', false],
      [' 9', '', false],
      ['10', '  b,', true],
      ['11', '}', false],
      ['12', 'c', false],
    ])
  })

  test('shows the lines before the end of a file that ends too early', () => {
    expect(faultAt(5, 1).code?.map(({ number }) => number)).toEqual(['3', '4', '5'])
  })

  test('shows the part of a long line that matters', () => {
    const code = faultAt(4, 200).code?.find(({ isFault }) => isFault)
    expect(code?.text.length).toBeLessThan(100)
    expect(code?.caret?.length).toBeLessThanOrEqual(code?.text.length ?? 0)
  })

  test('shows code and the widget’s message only to local readers', () => {
    expect(faultAt(3, 9, false).code).toBeUndefined()
    const failure = { reason: 'failed to draw: Error', words: 'https://x?token=1', place: at(3, undefined) }
    expect(toFailureReport(failure, false)).toMatchObject({
      words: 'failed to draw: Error',
      code: undefined,
      place: expect.stringMatching(/clock\.ts:3$/),
    })
    expect(toFailureReport(failure, true).words).toContain('token')
    const fault = { ...at(3, undefined), name: 'clock', message: 'Error: token=1', publicMessage: 'Error' }
    expect([toFaultReport(fault, false).words, toFaultReport(fault, true).words]).toEqual([
      'Error',
      'Error: token=1',
    ])
  })

  test('never shows the server’s folders', () => {
    const message = "Cannot find module '/srv/secret/nope.js' imported from /srv/secret/leaky.mjs"
    const report = toFaultReport(
      { name: 'leaky', file: '/srv/secret/leaky.mjs', message, publicMessage: 'Error' },
      true,
    )
    expect(JSON.stringify(report)).not.toContain('/srv')
    expect(report.place).toBe('secret/leaky.mjs')
  })
})
