import { expect, it, vi } from 'vitest'
import { lazy } from '../../src/system/lazy.ts'

it('loads a value once, when it is first needed', () => {
  const load = vi.fn(() => ({}))
  const value = lazy(load)
  expect(load).not.toHaveBeenCalled()
  expect(value()).toBe(value())
  expect(load).toHaveBeenCalledTimes(1)
})

it('loads again after a failure', () => {
  const load = vi.fn().mockImplementationOnce(() => {
    throw new Error('no such module')
  })
  const value = lazy(load.mockReturnValue({}))
  expect(value).toThrow('no such module')
  expect(value()).toEqual({})
})
