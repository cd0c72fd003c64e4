import { pino } from 'pino'
import { expect, test } from 'vitest'
import { limitLog } from '../../src/system/limit-log.ts'

function setUp() {
  const lines: Record<string, unknown>[] = []
  let now = 0
  const whole = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const log = limitLog(whole, () => now)
  return { lines, log, advance: (time: number) => (now += time) }
}

test('a flood of one message is cut, with the number of lost lines, and hides no other messages', () => {
  const { lines, log, advance } = setUp()
  for (let turn = 0; turn < 1000; turn += 1) log.error({ url: `/${turn}` }, 'a request failed')
  expect(lines.length).toBe(60)
  log.warn('another matter')
  expect(lines.at(-1)).toMatchObject({ msg: 'another matter', suppressed: 940 })
  advance(1_000)
  log.error({ url: '/later' }, 'a request failed')
  expect(lines.at(-1)).toMatchObject({ msg: 'a request failed', url: '/later', level: 50 })
  expect(lines.at(-1)).not.toHaveProperty('suppressed')
})

test('lines whose messages all differ are cut too', () => {
  const { lines, log } = setUp()
  for (let turn = 0; turn < 2000; turn += 1) log.info({ renderer: 1 }, `printed ${turn}`)
  expect(lines.length).toBe(500)
})

test('fatal lines are not limited', () => {
  const { lines, log } = setUp()
  for (let turn = 0; turn < 100; turn += 1) log.fatal('the end')
  expect(lines.length).toBe(100)
})
