import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { serveCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { firefox, openStream, type RawStream } from '../support/stream-reader.ts'

const VIEWERS = 1000

test('SIGTERM ends 1000 streams cleanly, and a stuck one too, within 5 s, with exit code 0', async () => {
  const args = ['--widgets', fileURLToPath(FIXTURE_WIDGETS), '--max-connections-per-address', '2000']
  // A client that reads nothing for long enough is given up as a ghost, and on a busy machine that is before the signal.
  // Nor do heartbeats lengthen a part that was begun for Firefox: the last part has the bytes of the one before.
  args.push('--ghost-timeout', '0s', '--heartbeat', '1m')
  const { url, child, ended } = await serveCommand(args)
  const stuck = await openStream(`${url}/noise/busy.png`, { read: false })
  // The client's kernel is full: what comes after stays with the server.
  await eventually(() => expect(waitingToBeRead(stuck)).toBeGreaterThan(60_000))
  const streams: RawStream[] = []
  for (let batch = 0; batch < 10; batch += 1) {
    const opening = Array.from({ length: VIEWERS / 10 }, (_, index) =>
      openStream(`${url}/counter/all.${index % 2 ? 'png' : 'jpg'}?v=1`, {
        headers: index % 5 === 0 ? firefox : {},
        timeout: 60_000,
      }),
    )
    streams.push(...(await Promise.all(opening)))
  }
  await eventually(async () => {
    const counts = (await (await fetch(`${url}/counter/all.json`)).json()) as { connections: number }
    expect(counts.connections).toBe(VIEWERS)
  })
  const start = performance.now()
  child.kill('SIGTERM')
  const { code, stderr } = await ended
  expect(code).toBe(0)
  expect(performance.now() - start).toBeLessThan(5000)
  expect(stderr).toContain('stopping')
  for (const stream of streams) {
    await stream.ended
    expect(stream.closed).toBe(true)
    const [last, before] = [stream.parts.at(-1), stream.parts.at(-2)]
    expect(last?.body.equals(before?.body as Buffer)).toBe(true)
  }
  stuck.socket.resume()
  await stuck.ended
  expect(stuck.bytes().length).toBeGreaterThan(60_000)
  expect(stuck.closed).toBe(false)
}, 120_000)

test.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s ends streams with the closing boundary, exit code 0',
  async (signal) => {
    const { url, child, ended } = await serveCommand(['--store', 'memory:'])
    const streams = await Promise.all(
      ['/online/a.png?v=1', '/online/a.mjpeg', '/sine.png?v=1'].map((path) =>
        openStream(url + path, { headers: path.includes('sine') ? firefox : {} }),
      ),
    )
    for (const stream of streams) await stream.nextPart()
    child.kill(signal)
    expect((await ended).code).toBe(0)
    for (const stream of streams) {
      await stream.ended
      expect(stream.closed).toBe(true)
    }
  },
  60_000,
)

/** Bytes that have come and that the client has not read, by the kernel's table of sockets. */
function waitingToBeRead({ socket }: RawStream): number {
  const ending = (port = 0) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  // By both ends: a socket of another test's that is long closed may still stand there with the same port of its own.
  const [, , , , queues = '0:0'] =
    readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .find(
        ([, local, remote]) =>
          local?.endsWith(ending(socket.localPort)) && remote?.endsWith(ending(socket.remotePort)),
      ) ?? []
  return Number.parseInt(queues.split(':')[1] ?? '0', 16)
}
