import { expect, test } from 'vitest'
import { WidgetFailures } from '../../../src/render/processes/widget-failures.ts'

const cause = (look: string, ...networks: string[]) => ({ look, networks })

test('a look that fails three times rests, and no other', () => {
  const failures = new WidgetFailures()
  for (const now of [0, 1, 2]) failures.fail(now, [cause('bad', 'a')])
  expect(failures.rest(2, cause('bad', 'b'))).toBe(5_000)
  expect(failures.rest(2, cause('good', 'a'))).toBe(0)
})

test('a network whose looks fail rests for this widget, and no other network', () => {
  const failures = new WidgetFailures()
  for (let turn = 0; turn < 20; turn += 1) failures.fail(turn, [cause(`bad ${turn}`, 'a')])
  expect(failures.rest(20, cause('good', 'a'))).toBeGreaterThan(0)
  expect(failures.rest(20, cause('good', 'b'))).toBe(0)
  expect(failures.rest(20, cause('good', 'a', 'b'))).toBe(0)
})

test('one look that fails for many networks rests alone', () => {
  const failures = new WidgetFailures()
  for (const network of ['a', 'b', 'c', 'd']) failures.fail(0, [cause('bad', network)])
  expect(failures.rest(0, cause('good', 'e'))).toBe(0)
})

test('a widget whose looks fail for three networks rests for all', () => {
  const failures = new WidgetFailures()
  for (const network of ['a', 'b', 'c']) failures.fail(0, [cause(`bad of ${network}`, network)])
  expect(failures.rest(0, cause('good', 'd'))).toBe(5_000)
})

test('a failure that no job has caused counts against the widget', () => {
  const failures = new WidgetFailures()
  for (const now of [0, 1, 2]) failures.fail(now, [])
  expect(failures.rest(2, cause('any', 'a'))).toBe(5_000)
})

test('a widget that took a process down stays isolated, for requests of any network', () => {
  const failures = new WidgetFailures()
  failures.fail(0, [cause('bad', 'a')])
  failures.fail(1, [cause('bad', 'a')])
  expect(Array.from({ length: 40 }, () => failures.succeed(2)).includes(true)).toBe(false)
})
