import { describe, expect, test } from 'vitest'
import { parseCameras } from '../../src/camera/camera-file.ts'
import { hideSecrets, parseCamera, toCameraSpec } from '../../src/camera/camera-spec.ts'
import { ffmpegArguments } from '../../src/camera/ffmpeg-input.ts'

describe('a file of cameras', () => {
  test('is YAML or JSON, with sources or settings', () => {
    const expected = new Map([
      ['door', { kind: 'ffmpeg', source: 'rtsp://10.0.0.5/stream1' }],
      ['printer', { kind: 'mjpeg', source: 'http://octopi.local/?action=stream', name: 'Printer' }],
      ['garden', { kind: 'still', source: 'http://10.0.0.7/a.jpg', every: '5s' }],
      ['robot', { kind: 'push', source: '' }],
    ])
    const yaml = `
cameras:
  door: rtsp://10.0.0.5/stream1
  printer: { source: "http://octopi.local/?action=stream", name: Printer }
  garden:
    source: http://10.0.0.7/a.jpg
    every: 5s
  robot: { kind: push }`
    expect(parseCameras(yaml)).toEqual(expected)
    const json = Object.fromEntries(
      [...expected].map(([key, { source, kind, ...rest }]) => [
        key,
        { ...(source ? { source } : { kind }), ...rest },
      ]),
    )
    expect(parseCameras(JSON.stringify(json))).toEqual(expected)
    expect(parseCameras('')).toEqual(new Map())
  })

  test('that is wrong names every fault', () => {
    const text =
      'a: {}\nb: { source: ftp://x, kind: still }\nc: { source: "x", sauce: 1 }\nd: { kind: push, source: x }\ne: 5\n'
    expect(() => parseCameras(text)).not.toThrow(/^a:/m)
    expect(() => parseCameras(text)).toThrow(
      /b\.source: expected an http or https URL[\s\S]*sauce[\s\S]*d\.source: expected none/,
    )
    expect(() => parseCameras('[1]')).toThrow('expected a map of keys')
    expect(() => parseCameras('"a b": x\nc: 5')).toThrow(
      /^a b: expected a key of [\s\S]*^c: expected a camera/m,
    )
    expect(() => parseCameras('a: [')).toThrow()
  })
})

describe('a camera of the API', () => {
  test.each([
    [{ source: 'rtsp://cam/1' }, 'ffmpeg'],
    [{ source: 'http://cam/1' }, 'mjpeg'],
    [{ source: 'http://cam/1', every: '2s' }, 'still'],
    [{}, 'push'],
  ])('%j is read as %s', (body, kind) => expect(parseCamera(body).kind).toBe(kind))

  test.each([
    { source: '/etc/passwd' },
    { source: 'file:///etc/passwd' },
    { source: '/dev/video0' },
    { source: 'concat:a|b', kind: 'ffmpeg' },
    { source: 'rtsp://cam/1', input: ['-f', 'lavfi'] },
    { source: 'rtsp://cam/1', output: ['-y', '/tmp/x'] },
    { source: 'rtsp://cam/1', every: '1s' },
    { source: 'rtsp://a b' },
    [],
    'rtsp://cam/1',
  ])('%j is refused', (body) =>
    expect(() => parseCamera(body)).toThrow(expect.objectContaining({ status: 400 })),
  )
})

test.each([
  ['rtsp://me:secret@cam/1?token=abc: refused', 'rtsp://cam/1?...'],
  ['[tcp @ 0x5] Connection to tcp://cam:554 failed', '[tcp @ 0x5] Connection to tcp://cam:554 failed'],
  ['http://a:p@ss@b/', 'http://b/'],
])('the secrets of %s are hidden', (text, shown) => {
  expect(hideSecrets(text)).toContain(shown)
  expect(hideSecrets(text)).not.toMatch(/secret|abc|p@ss/)
})

test('ffmpeg cannot be led from a remote source to files of this machine', () => {
  const list = (source: string) => {
    const all = ffmpegArguments(toCameraSpec({ source }))
    return all[all.indexOf('-protocol_whitelist') + 1] ?? ''
  }
  expect(list('rtsp://cam/1').split(',')).not.toContain('file')
  expect(ffmpegArguments(toCameraSpec({ source: 'a.mp4' }))).not.toContain('-protocol_whitelist')
})
