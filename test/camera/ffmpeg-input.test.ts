import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { Camera } from '../../src/camera/camera.ts'
import { toCameraSpec } from '../../src/camera/camera-spec.ts'
import { ffmpegInput } from '../../src/camera/ffmpeg-input.ts'
import { ProcessGroup } from '../../src/system/process-group.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-ffmpeg-'))
const frame = join(folder, 'frame.mjpeg')
const command = fileURLToPath(new URL('../fixtures/fake-ffmpeg', import.meta.url))
const group = new ProcessGroup()
const { bytes } = plainFrame('#ff0000', { format: 'jpeg', width: 40, height: 20 })
writeFileSync(frame, bytes)
process.env.IMGCAST_TEST_FRAME = frame
afterAll(async () => {
  await group.close()
  rmSync(folder, { recursive: true })
})

/** The children of a process, zombies included. */
function childrenOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
    .flatMap((text) => text.split(' ').filter((child) => child !== ''))
}

test('quick starts and stops leave no process and no zombie, and there are never two', async () => {
  const before = childrenOf(process.pid)
  const own = () => childrenOf(process.pid).filter((child) => !before.includes(child))
  let onFrame = () => {}
  const camera = new Camera({
    spec: toCameraSpec({ source: 'rtsp://camera' }),
    read: ffmpegInput(toCameraSpec({ source: 'rtsp://camera' }), group, command),
    onFrame: () => onFrame(),
    onCondition: () => {},
  })
  for (let cycle = 0; cycle < 200; cycle += 1) {
    const framed = new Promise<void>((resolve) => {
      onFrame = resolve
    })
    camera.start()
    if (cycle % 20 === 0) await framed
    else if (cycle % 2 === 0) await new Promise(setImmediate)
    expect(own().length).toBeLessThan(2)
    void camera.stop()
  }
  await camera.stop()
  expect(own()).toEqual([])
  expect(camera.totals.frames).toBeGreaterThanOrEqual(10)
})

test('the kernel ends the ffmpeg of a server that was killed', async () => {
  const built = (path: string) => new URL(`../../dist/src/${path}`, import.meta.url).href
  const code = `
    import { ffmpegInput } from '${built('camera/ffmpeg-input.js')}'
    import { ProcessGroup } from '${built('system/process-group.js')}'
    const spec = { kind: 'ffmpeg', source: 'rtsp://camera' }
    const read = ffmpegInput(spec, new ProcessGroup(), ${JSON.stringify(command)})
    await read({ onFrame: () => console.log('a frame') }, new AbortController().signal)`
  const server = spawn(process.execPath, ['--input-type=module', '-e', code])
  await once(server.stdout, 'data')
  const [child = ''] = childrenOf(server.pid as number)
  // The script becomes it after its frames.
  await eventually(() => expect(readFileSync(`/proc/${child}/cmdline`, 'utf8')).toContain('sleep'))
  // It does not know the token.
  expect(readFileSync(`/proc/${child}/environ`, 'utf8')).not.toContain('IMGCAST_TOKEN=')
  server.kill('SIGKILL')
  await once(server, 'exit')
  await eventually(() => expect(() => readFileSync(`/proc/${child}/cmdline`)).toThrow('ENOENT'))
})

test('a command that is not installed is named, with the package that has it', async () => {
  const read = ffmpegInput(toCameraSpec({ source: 'rtsp://camera' }), group, 'no-such-ffmpeg')
  await expect(read({ onFrame: () => {} }, new AbortController().signal)).rejects.toMatchObject({
    message: 'ffmpeg is not installed: apt install ffmpeg',
    isLasting: true,
  })
})
