import { expect, test } from 'vitest'
import { describeLate } from '../../../src/render/processes/describe-late.ts'
import type { Job } from '../../../src/render/protocol.ts'

test.each([
  [{ output: 'frame' }, 'took too long to load'],
  [{ output: 'load' }, 'took too long to load'],
  [{ output: 'event', event: { type: 'collect' } }, 'took too long in `collect`'],
  [{ output: 'event', event: { type: 'join' } }, 'took too long in `onJoin`'],
  [{ output: 'event', event: { type: 'leave' } }, 'took too long in `onLeave`'],
  [{ output: 'event', event: { type: 'click' } }, 'took too long in `onClick`'],
])('%o that is late: %s', (job, words) => {
  expect(describeLate(job as Job)).toBe(words)
})
