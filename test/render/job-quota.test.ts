import { expect, test, vi } from 'vitest'
import { JobQuota } from '../../src/render/job-quota.ts'

const entry = (network: string | undefined) => ({ network, refuse: vi.fn() })

test('a network has its own limit, the server has none', () => {
  const quota = new JobQuota({ total: 100, perNetwork: 2 })
  const leave = quota.enter(entry('a'))
  quota.enter(entry('a'))
  expect(() => quota.enter(entry('a'))).toThrow('too much to draw')
  for (const network of ['b', undefined, undefined, undefined]) quota.enter(entry(network))
  leave()
  leave()
  expect(quota.total).toBe(5)
  quota.enter(entry('a'))
  expect(quota.total).toBe(6)
})

test('a full queue costs the network that filled it: its newest job makes place', () => {
  const quota = new JobQuota({ total: 4, perNetwork: 100 })
  const many = Array.from({ length: 4 }, () => entry('many'))
  for (const each of many) quota.enter(each)
  quota.enter(entry('few'))
  expect(many.map(({ refuse }) => refuse.mock.calls.length)).toEqual([0, 0, 0, 1])
  expect(quota.total).toBe(4)
  quota.enter(entry(undefined))
  expect(many[2]?.refuse).toHaveBeenCalledTimes(1)
  expect(() => quota.enter(entry('many'))).toThrow('too much to draw')
  expect(() => quota.enter(entry('few'))).toThrow('too much to draw')
})
