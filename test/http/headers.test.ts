import { describe, expect, it } from 'vitest'
import { keptWhole } from '../../src/http/headers.ts'

describe('a still that may be cached', () => {
  it('is kept for as long as its URL asks for', () => {
    expect(keptWhole({}, 60)['Cache-Control']).toBe('public, max-age=60')
    expect(keptWhole({}, 0)).toEqual({})
  })

  it('is not kept if it is one frame of an animation that is late, and says so', () => {
    expect(keptWhole({ isIncomplete: true }, 60)).toEqual({
      Warning: '199 - "One Frame Of A Late Animation"',
    })
  })
})
