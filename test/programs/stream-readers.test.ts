import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { describeWith } from '../support/tools.ts'

const FRAMES = 50
const run = promisify(execFile)
let server: TestServer

beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await server.close()
})

describeWith(['ffmpeg'], 'ffmpeg', () => {
  test(`reads ${FRAMES} frames of /sine/main.mjpeg without a decode error`, async () => {
    const args = [
      '-v',
      'warning',
      '-xerror',
      '-i',
      `${server.url}/sine/main.mjpeg?fps=30`,
      '-frames:v',
      `${FRAMES}`,
    ]
    const { stdout, stderr } = await run('ffmpeg', [...args, '-f', 'framehash', '-'])
    const hashes = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(hashes).toHaveLength(FRAMES)
    expect(new Set(hashes.map((line) => line.split(',').at(-1))).size).toBeGreaterThan(FRAMES / 2)
    // Every JPEG states the range of its colours, and every player ignores it.
    expect(stderr.split('\n').filter((line) => line !== '' && !/deprecated pixel format/.test(line))).toEqual(
      [],
    )
  })
})

describeWith(['gstreamer'], 'GStreamer', () => {
  test(`multipartdemux reads ${FRAMES} frames of /sine/main.mjpeg without a decode error`, async () => {
    const source = `souphttpsrc location=${server.url}/sine/main.mjpeg?fps=30 is-live=true`
    const pipeline = `${source} ! multipartdemux ! jpegdec max-errors=0 ! fakesink num-buffers=${FRAMES} silent=false`
    const { stdout, stderr } = await run('gst-launch-1.0', ['-v', '-e', ...pipeline.split(' ')])
    expect(stdout.match(/last-message = chain/g)).toHaveLength(FRAMES)
    expect(stdout + stderr).not.toMatch(/WARNING|ERROR/)
  })
})
