import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { type RunningServer, serveCommand } from '../support/command.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
/** What is there for longer than a minute has to survive; it is saved every 20 s, so that less is enough. */
const SAFE = 45_000

const folder = mkdtempSync(join(tmpdir(), 'imgcast-history-'))
const servers: RunningServer[] = []
const streams: RawStream[] = []

afterAll(async () => {
  for (const stream of streams) stream.close()
  for (const { child, ended } of servers) {
    child.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true })
})

async function serve(name: string): Promise<RunningServer> {
  const server = await serveCommand(['--store', `file:${join(folder, name)}`, '--workers', '1'], {
    IMGCAST_TOKEN: TOKEN,
  })
  servers.push(server)
  return server
}

async function watch({ url }: RunningServer, path: string): Promise<void> {
  const stream = await openStream(url + path)
  streams.push(stream)
  await stream.nextPart()
}

async function peaksOf({
  url,
}: RunningServer): Promise<{ visitors: number; connections: number; hits: number }> {
  const headers = { Authorization: `Bearer ${TOKEN}` }
  const response = await fetch(`${url}/api/rooms/online/a/history?step=day`, { headers })
  const { steps } = (await response.json()) as {
    steps: { visitors: { peak: number }; connections: { peak: number }; hits: number }[]
  }
  return {
    visitors: Math.max(0, ...steps.map(({ visitors }) => visitors.peak)),
    connections: Math.max(0, ...steps.map(({ connections }) => connections.peak)),
    hits: steps.reduce((sum, { hits }) => sum + hits, 0),
  }
}

test.concurrent('SIGTERM loses no viewers from the history', { timeout: 120_000 }, async () => {
  const server = await serve('term.db')
  await watch(server, '/online/a.png')
  await watch(server, '/online/a.jpg')
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
  const again = await serve('term.db')
  expect(await peaksOf(again)).toEqual({ visitors: 1, connections: 2, hits: 2 })
  expect(await (await fetch(`${again.url}/online/a.json`)).json()).toMatchObject({ visitors: 0, peak: 1 })
})

test.concurrent('kill -9 loses at most the last minute of the history', async () => {
  const server = await serve('kill.db')
  await watch(server, '/online/a.png')
  await watch(server, '/online/a.jpg')
  await sleep(SAFE)
  server.child.kill('SIGKILL')
  await server.ended
  const again = await serve('kill.db')
  expect(await peaksOf(again)).toEqual({ visitors: 1, connections: 2, hits: 2 })
  expect(await (await fetch(`${again.url}/online/a.json`)).json()).toMatchObject({ peak: 1 })
}, 120_000)
