import { describe, expect, test } from 'vitest'
import type { PublicError } from '../../src/errors.ts'
import { parseStatus } from '../../src/status/status-schema.ts'

const MINIMAL = { schemaVersion: 1, label: 'build', message: 'passing' }

function faultsOf(body: unknown): PublicError {
  try {
    parseStatus(body)
  } catch (error) {
    return error as PublicError
  }
  throw new Error('expected a fault')
}

describe('a status', () => {
  test.each<[string, object]>([
    ['with a label and a message', MINIMAL],
    ['without a label', { ...MINIMAL, label: '' }],
    [
      'with everything',
      {
        ...MINIMAL,
        color: 'brightgreen',
        labelColor: '#333',
        isError: false,
        namedLogo: 'github',
        logoSvg: '<svg/>',
        logoColor: 'white',
        logoSize: 'auto',
        style: 'flat-square',
      },
    ],
    ['with the longest texts', { ...MINIMAL, label: 'l'.repeat(1000), message: 'm'.repeat(1000) }],
    ['with a large logo', { ...MINIMAL, logoSvg: `<svg>${' '.repeat(49_000)}</svg>` }],
  ])('%s is right', (_what, body) => {
    expect(parseStatus(body)).toMatchObject(body)
  })

  test.each(['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'])('may be %s', (style) => {
    expect(parseStatus({ ...MINIMAL, style }).style).toBe(style)
  })

  test.each<[string, unknown, string]>([
    ['schemaVersion', undefined, 'expected 1, got undefined'],
    ['schemaVersion', 2, 'expected 1, got 2'],
    ['schemaVersion', '1', 'expected 1, got "1"'],
    ['label', undefined, 'expected text of at most 1000 characters, got undefined'],
    ['label', 7, 'expected text of at most 1000 characters, got 7'],
    ['message', '', 'expected text of 1 to 1000 characters, got ""'],
    ['message', null, 'expected text of 1 to 1000 characters, got null'],
    ['color', 0xff8800, 'expected a colour like ff8800 or tomato, got 16746496'],
    ['color', 'nosuch', 'expected a colour like ff8800 or tomato, got "nosuch"'],
    ['color', '', 'expected a colour like ff8800 or tomato, got ""'],
    ['labelColor', ['red'], 'expected a colour like ff8800 or tomato, got ["red"]'],
    ['namedLogo', true, 'expected text of at most 1000 characters, got true'],
    ['logoSvg', {}, 'expected text of at most 50000 characters, got {}'],
    ['logoColor', 1, 'expected a colour like ff8800 or tomato, got 1'],
    ['logoSize', 1, 'expected text of at most 1000 characters, got 1'],
    ['isError', 'yes', 'expected true or false, got "yes"'],
    ['style', 'round', 'expected one of flat, flat-square, plastic, for-the-badge, social, got "round"'],
  ])('with a wrong %s (%o) says so: %s', (name, value, detail) => {
    const error = faultsOf({ ...MINIMAL, [name]: value })
    expect(error.status).toBe(400)
    expect(error.faults).toEqual([{ name, detail }])
    expect(error.message).toBe(`${name}: ${detail}`)
  })

  test('with several wrong fields names every one', () => {
    const error = faultsOf({ schemaVersion: 3, message: 5, isError: 1, style: 'x' })
    expect(error.faults.map(({ name }) => name)).toEqual([
      'schemaVersion',
      'label',
      'message',
      'isError',
      'style',
    ])
    for (const { name, detail } of error.faults) expect(error.message).toContain(`${name}: ${detail}`)
  })

  test('quotes only the beginning of a text that is too long', () => {
    const error = faultsOf({ ...MINIMAL, message: 'm'.repeat(1001) })
    expect(error.message.length).toBeLessThan(150)
    expect(error.faults[0]?.detail).toMatch(/got "m+\.\.\.$/)
  })

  test.each([[null], [undefined], ['text'], [1], [[MINIMAL]]])('is a JSON object, not %j', (body) => {
    expect(faultsOf(body).faults).toEqual([
      { name: 'body', detail: expect.stringMatching(/^expected a JSON object, got /) },
    ])
  })
})
