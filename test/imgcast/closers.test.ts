import { expect, test } from 'vitest'
import { Closers } from '../../src/imgcast/closers.ts'

test('parts are closed one after the other, the newest first, and once', async () => {
  const closers = new Closers()
  const steps: string[] = []
  for (const name of ['first', 'second', 'third']) {
    closers.defer(async () => {
      steps.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      steps.push(`${name} ends`)
    })
  }
  await Promise.all([closers.close(), closers.close()])
  await closers.close()
  expect(steps).toEqual([
    'third begins',
    'third ends',
    'second begins',
    'second ends',
    'first begins',
    'first ends',
  ])
})

test('a part that fails does not keep others open, and the first failure is reported', async () => {
  const closers = new Closers()
  const closed: string[] = []
  closers.defer(() => void closed.push('first'))
  closers.defer(() => {
    throw new Error('the second fails')
  })
  closers.defer(() => Promise.reject(new Error('the third fails')))
  await expect(closers.close()).rejects.toThrow('the third fails')
  expect(closed).toEqual(['first'])
  await expect(closers.close()).rejects.toThrow('the third fails')
})
