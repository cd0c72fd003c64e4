import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compare, decode } from '../../src/picture/compare.ts'
import { TOLERANCE } from '../../src/picture/expect-picture.ts'
import type { Format, Frame } from '../../src/picture/frame.ts'
import { missingTools } from '../support/tools.ts'
import { type Name, NOON, run } from '../widgets/sheets.ts'

const missing = missingTools(['gifsicle', 'apngdis', 'pngcheck', 'ffmpeg'])
const folder = mkdtempSync(join(tmpdir(), 'imgcast-animations-'))

afterAll(() => rmSync(folder, { recursive: true }))

function draw(name: Name, query: string, format: Format): { path: string; bytes: Buffer } {
  const { frame } = run('frame', name, query, { time: NOON }, format) as { frame: Frame }
  const path = join(folder, `${name}-${Math.random().toString(36).slice(2)}.${format}`)
  writeFileSync(path, frame.bytes)
  return { path, bytes: frame.bytes }
}

function countFrames(path: string): number {
  const entries = ['-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0']
  return Number(execFileSync('ffprobe', ['-v', 'error', ...entries, path]).toString())
}

describe.skipIf(missing.length > 0)('a GIF', () => {
  test.each<[Name, string, { frames: number; loops: string }]>([
    ['countdown', '', { frames: 60, loops: '' }],
    ['countdown', 'scale=2', { frames: 60, loops: '' }],
    ['countdown', 'background=transparent', { frames: 60, loops: '' }],
    ['clock', '', { frames: 60, loops: '' }],
    ['clock', 'scale=2&theme=dark&zone=Asia/Tokyo', { frames: 60, loops: '' }],
    ['clock', 'face=digital&width=320&height=80&scale=2', { frames: 60, loops: '' }],
    ['clock', 'face=digital&frames=5&loop=3', { frames: 5, loops: 'loop count 2' }],
    ['clock', 'face=digital&frames=5&loop=0', { frames: 5, loops: 'loop forever' }],
    // The words for the end stay: a frame a second until then, and one that lasts.
    ['countdown', 'to=2026-01-01T12:00:10', { frames: 11, loops: '' }],
  ])('of %s (%s) is what gifsicle and ffmpeg expect, and small', (name, query, { frames, loops }) => {
    const { path, bytes } = draw(name, query, 'gif')
    const info = execFileSync('gifsicle', ['--info', '--no-warnings', path]).toString()
    expect(info).toContain(` ${frames} images`)
    expect(/loop (forever|count \d+)/.exec(info)?.[0] ?? '').toBe(loops)
    expect(countFrames(path)).toBe(frames)
    // Reads every frame, and reports each breach of the format.
    execFileSync('gifsicle', ['--unoptimize', '-o', '/dev/null', path])
    expect(bytes.length).toBeLessThan(150_000)
  })

  test('ends a countdown with the words for its end', async () => {
    const { path } = draw('countdown', 'to=2026-01-01T12:00:10&done=Now', 'gif')
    const last = join(folder, 'last.png')
    // Each frame overwrites the one before.
    execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-update', '1', last])
    const ended = draw('countdown', 'to=2026-01-01T12:00:00&done=Now&frames=1', 'gif')
    const [one, other] = await Promise.all([decode(readFileSync(last)), decode(ended.bytes)])
    expect(compare(one, other).share).toBeLessThan(TOLERANCE)
  })
})

describe.skipIf(missing.length > 0)('an animated PNG', () => {
  test.each<[Name, string, number]>([
    ['traffic-light', 'animate=loop', 3],
    ['sine', 'animate=loop&width=120&height=40', 40],
  ])('of %s (%s) is what pngcheck and apngdis expect', (name, query, frames) => {
    const { path } = draw(name, query, 'png')
    expect(execFileSync('pngcheck', [path]).toString()).toContain('OK')
    const parts = mkdtempSync(join(folder, 'parts-'))
    execFileSync('apngdis', [path, 'part'], { cwd: parts })
    const written = readdirSync(folder)
      .concat(readdirSync(parts))
      .filter((file) => /^part\d+\.png$/.test(file))
    expect(written).toHaveLength(frames)
    for (const file of written) rmSync(join(folder, file), { force: true })
  })
})
