import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toCameraSpec } from '../../src/camera/camera-spec.ts'
import { ffmpegInput } from '../../src/camera/ffmpeg-input.ts'
import { readPictureHead } from '../../src/picture/picture-head.ts'
import { ProcessGroup } from '../../src/system/process-group.ts'
import { describeWith } from '../support/tools.ts'

describeWith(['ffmpeg', 'rtsp-server'], 'a camera over RTSP, by GStreamer’s server', () => {
  const group = new ProcessGroup()
  let server: ChildProcess
  let port: string

  beforeAll(async () => {
    // Debian's own: another one in front of it on the PATH does not have Debian's modules.
    server = spawn('/usr/bin/python3', [
      fileURLToPath(new URL('../fixtures/rtsp-server.py', import.meta.url)),
    ])
    const [line] = (await once(server.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer]
    port = line.toString().trim()
  })
  afterAll(async () => {
    server.kill('SIGKILL')
    await group.close()
  })

  test('sends its frames', async () => {
    const stopping = new AbortController()
    const frames: Buffer[] = []
    const read = ffmpegInput(toCameraSpec({ source: `rtsp://127.0.0.1:${port}/test` }), group)
    const onFrame = (bytes: Buffer) => {
      if (frames.push(Buffer.from(bytes)) === 3) stopping.abort('stopped')
    }
    await expect(read({ onFrame }, stopping.signal)).rejects.toThrow('stopped')
    for (const bytes of frames)
      expect(readPictureHead(bytes)).toEqual({ format: 'jpeg', width: 160, height: 120 })
  })

  test('that does not have the picture says so, without its password', async () => {
    const read = ffmpegInput(toCameraSpec({ source: `rtsp://me:secret@127.0.0.1:${port}/none` }), group)
    const failing = read({ onFrame: () => {} }, new AbortController().signal)
    await expect(failing).rejects.toMatchObject({ tail: expect.stringMatching(/404|Not Found/) })
    await expect(failing).rejects.toMatchObject({ tail: expect.not.stringMatching(/secret/) })
  })
})
