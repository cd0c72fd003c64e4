import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { WarmProcesses } from '../../../src/render/processes/warm-processes.ts'
import { eventually } from '../../support/eventually.ts'

const spares: WarmProcesses[] = []
afterEach(() => {
  for (const spare of spares.splice(0)) spare.close()
})

function start(): WarmProcesses {
  const spare = new WarmProcesses(2 ** 30, pino({ level: 'silent' }))
  spares.push(spare)
  return spare
}

test('a process can be taken before any is warm, and a warm one later', async () => {
  const spare = start()
  const first = spare.take()
  const second = spare.take()
  expect(first.pid).not.toBe(second.pid)
  await eventually(() => expect(spare.pids).toHaveLength(1))
  const [pid] = spare.pids
  const third = spare.take()
  expect(third.pid).toBe(pid)
  for (const each of [first, second, third]) each.kill('SIGKILL')
})

test('a spare that was killed is not handed out', async () => {
  const spare = start()
  await eventually(() => expect(spare.pids).toHaveLength(1))
  const [pid = 0] = spare.pids
  process.kill(pid, 'SIGKILL')
  await eventually(() => expect(spare.pids).toEqual([]))
  const taken = spare.take()
  expect(taken.pid).not.toBe(pid)
  taken.kill('SIGKILL')
})

test('closing ends the spare', async () => {
  const spare = start()
  await eventually(() => expect(spare.pids).toHaveLength(1))
  const [pid = 0] = spare.pids
  spare.close()
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/))
})
