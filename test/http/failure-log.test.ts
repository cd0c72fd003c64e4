import type { IncomingMessage } from 'node:http'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { PublicError } from '../../src/errors.ts'
import { FailureLog } from '../../src/http/failure-log.ts'

const request = { headers: {}, socket: { remoteAddress: '203.0.113.7' } } as unknown as IncomingMessage
const tooMany = new PublicError({ code: 'too-many-clicks', status: 429, caption: 'too many clicks' })

function setUp(now: () => number) {
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  return { lines, failures: new FailureLog(log, now) }
}

test('a refusal names the address and the reason as the filter of fail2ban expects', () => {
  const { lines, failures } = setUp(() => 0)
  failures.note(request, tooMany)
  failures.note(request, new PublicError({ code: 'wrong-token', status: 401, caption: 'wrong token' }))
  failures.note(request, new PublicError({ code: 'not-found', status: 404, caption: 'there is none' }))
  const found = lines.map((line) => /"msg":"refused ([\da-f.:]+): ([a-z-]+)"/.exec(line)?.slice(1))
  expect(found).toEqual([
    ['203.0.113.7', 'too-many-clicks'],
    ['203.0.113.7', 'wrong-token'],
  ])
})

test('at most sixty refusals a minute are logged, and the others are counted', () => {
  let now = 0
  const { lines, failures } = setUp(() => now)
  for (let time = 0; time < 100; time += 1) failures.note(request, tooMany)
  expect(lines).toHaveLength(60)
  now = 60_000
  failures.note(request, tooMany)
  expect(lines).toHaveLength(62)
  expect(JSON.parse(lines[60] ?? '')).toMatchObject({ refusals: 40 })
})
