import { afterEach, describe, expect, it, vi } from 'vitest'
import { describeWith, missingTools, toolPath } from './tools.ts'

describe('missingTools', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('reports tools that are not on the PATH, by name or by command', () => {
    vi.stubEnv('PATH', '/nonexistent')
    expect(
      missingTools(['firefox', 'gst-launch-1.0']).map(({ name, reason }) => `${name}: ${reason}`),
    ).toEqual(['firefox: no firefox-esr or firefox on the PATH', 'gstreamer: no gst-launch-1.0 on the PATH'])
    expect(missingTools().length).toBeGreaterThan(5)
    expect(() => toolPath('ffmpeg')).toThrow('ffmpeg is not on this machine')
  })

  it('knows only the tools of its table', () => {
    expect(() => missingTools(['netscape'])).toThrow('no tool called netscape')
  })
})

describeWith([], 'describeWith', () => {
  it('runs a suite that lacks nothing', () => {
    expect(missingTools([])).toEqual([])
  })
})
