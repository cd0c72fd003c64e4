import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'

const MISSING = 'ffmpeg is not installed: apt install ffmpeg'

test('without ffmpeg a camera is offline at once: stream, still, report and log name the package, and the rest works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-no-ffmpeg-'))
  const cameras = join(folder, 'cameras.json')
  writeFileSync(cameras, JSON.stringify({ cameras: { door: 'rtsp://127.0.0.1/door' } }))
  const { PATH } = process.env
  process.env.PATH = folder
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
  const server = await startServer({ widgets: [], cameras, token: 'a-token-of-the-tests', log })
  try {
    const stream = await openStream(`${server.url}/camera/door.png`, {
      headers: { 'Sec-Fetch-Dest': 'image' },
    })
    const headers = { Authorization: 'Bearer a-token-of-the-tests' }
    await eventually(async () => {
      const report = await fetch(`${server.url}/api/cameras/door`, { headers })
      expect(await report.json()).toMatchObject({ state: 'offline', why: MISSING })
    })
    expect(await (await fetch(`${server.url}/camera/door.txt`)).text()).toContain(MISSING)
    const still = await fetch(`${server.url}/camera/door.png?delivery=still`)
    expect([still.status, still.headers.get('content-type')]).toEqual([503, 'image/png'])
    const card = Buffer.from(await still.arrayBuffer())
    await stream.waitFor(({ parts }) => parts.some(({ body }) => body.equals(card)), 'the card')
    stream.close()
    expect(lines.filter((line) => line.includes(MISSING))).toHaveLength(1)
    expect((await fetch(`${server.url}/badge/build-passing-green.svg`)).status).toBe(200)
  } finally {
    process.env.PATH = PATH
    await server.close()
    rmSync(folder, { recursive: true })
  }
})
