import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toFailureTrouble, toFaultTrouble } from '../../src/http/trouble.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widgets-'))
  await writeFile(join(folder, 'clock.ts'), `\n\n\tsize: (,\n${'x'.repeat(300)}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const at = (line: number, column: number | undefined) => ({ file: join(folder, 'clock.ts'), line, column })
const faultAt = (line: number, column: number | undefined, isLocal = true) =>
  toFaultTrouble({ name: 'clock', message: 'bad', ...at(line, column) }, isLocal)

describe('what is wrong with a widget', () => {
  test('is told by file, line and column, with the line of code and a mark', () => {
    const trouble = faultAt(3, 9)
    expect(trouble.place).toMatch(/^widgets-\w+\/clock\.ts:3:9$/)
    expect(trouble.code).toEqual({ number: '3', text: 'size: (,', caret: '       ^' })
  })

  test('has no mark where only the line is known, and no code where there is none', () => {
    expect(faultAt(3, undefined).code).toEqual({ number: '3', text: 'size: (,', caret: undefined })
    expect(faultAt(1, 1).code).toBeUndefined()
    expect(faultAt(99, 1).code).toBeUndefined()
  })

  test('shows the part of a long line that matters', () => {
    const code = faultAt(4, 200).code
    expect(code?.text.length).toBeLessThan(100)
    expect(code?.caret?.length).toBeLessThanOrEqual(code?.text.length ?? 0)
  })

  test('shows code and the words of a widget to nobody from elsewhere', () => {
    expect(faultAt(3, 9, false).code).toBeUndefined()
    const failure = { reason: 'failed to draw: Error', words: 'https://x?token=1', place: at(3, undefined) }
    expect(toFailureTrouble(failure, false)).toMatchObject({
      words: 'failed to draw: Error',
      code: undefined,
      place: expect.stringMatching(/clock\.ts:3$/),
    })
    expect(toFailureTrouble(failure, true).words).toContain('token')
  })

  test('tells nobody where files lie on the server', () => {
    const message = "Cannot find module '/srv/secret/nope.js' imported from /srv/secret/leaky.mjs"
    const trouble = toFaultTrouble({ name: 'leaky', file: '/srv/secret/leaky.mjs', message }, true)
    expect(JSON.stringify(trouble)).not.toContain('/srv')
    expect(trouble.place).toBe('secret/leaky.mjs')
  })
})
