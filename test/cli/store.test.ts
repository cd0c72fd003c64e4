import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MAIN, type RunningServer, runCommand, serveCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium, openStream } from '../support/stream-reader.ts'

const WIDGETS = fileURLToPath(FIXTURE_WIDGETS)
/** What a killed server may have lost, in milliseconds: the promised second, and as much for a busy machine. */
const LOST = 2_000

const NOBODY = 65_534

const folders: string[] = []
const servers: RunningServer[] = []
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-cli-'))
  folders.push(folder)
})
afterEach(async () => {
  for (const { child, ended } of servers.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true })
})

async function serve(): Promise<RunningServer> {
  const args = ['--store', `file:${join(folder, 'a.db')}`, '--widgets', WIDGETS, '--workers', '1']
  const server = await serveCommand(args, {
    IMGCAST_TOKEN: 'a-token-of-the-tests',
    TEST_ACKNOWLEDGED: join(folder, 'acknowledged'),
  })
  servers.push(server)
  return server
}

async function read({ url }: RunningServer, path: string): Promise<unknown> {
  return (await fetch(`${url}/${path}`)).json()
}

async function stop({ child, ended }: RunningServer, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  return (await ended).code
}

/** The sums that the server has acknowledged, and when. */
function acknowledged(): { at: number; sum: number }[] {
  const path = join(folder, 'acknowledged')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  return lines.map((line) => line.split(' ').map(Number)).map(([at = 0, sum = 0]) => ({ at, sum }))
}

/** Adds all the time, up to 10 000 a second, for `duration` milliseconds. */
async function addFor(server: RunningServer, duration: number): Promise<void> {
  await (await fetch(`${server.url}/adds/a.png?begin=true`)).arrayBuffer()
  await eventually(
    () => {
      const [first = { at: 0 }, last = first] = [acknowledged()[0], acknowledged().at(-1)]
      expect(last.at - first.at).toBeGreaterThan(duration)
    },
    { timeout: 60_000, interval: 100 },
  )
}

describe('the state of rooms', () => {
  test('SIGTERM loses nothing', async () => {
    const server = await serve()
    await addFor(server, 2_500)
    expect(await stop(server, 'SIGTERM')).toBe(0)
    const sum = Math.max(...acknowledged().map((line) => line.sum))
    expect(sum).toBeGreaterThan(1_000)
    expect(readdirSync(folder).sort()).toEqual(['a.db', 'acknowledged'])
    expect(await read(await serve(), 'adds/a.json')).toBeGreaterThanOrEqual(sum)
  })

  test('SIGTERM loses nothing that widgets write when their last viewers leave', async () => {
    const server = await serve()
    await openStream(`${server.url}/hears/a.png`, { headers: chromium })
    await eventually(async () => expect(await read(server, 'hears/a.json')).toMatchObject({ joined: 1 }))
    expect(await stop(server, 'SIGTERM')).toBe(0)
    expect(await read(await serve(), 'hears/a.json')).toMatchObject({ joined: 1, left: 1 })
  })

  test('kill -9 loses the last second', async () => {
    const server = await serve()
    await addFor(server, 4_000)
    const killedAt = Date.now()
    await stop(server, 'SIGKILL')
    const safe = acknowledged().filter(({ at }) => at < killedAt - LOST)
    const sum = Math.max(...safe.map((line) => line.sum))
    expect(sum).toBeGreaterThan(1_000)
    expect(await read(await serve(), 'adds/a.json')).toBeGreaterThanOrEqual(sum)
  })

  test('a status that is put is there after a restart', async () => {
    const badge = { schemaVersion: 1, label: 'build', message: 'passing' }
    const server = await serve()
    const headers = { Authorization: 'Bearer a-token-of-the-tests' }
    const init = { method: 'PUT', headers, body: JSON.stringify(badge) }
    expect((await fetch(`${server.url}/api/status/build`, init)).status).toBe(200)
    await stop(server, 'SIGTERM')
    const restarted = await serve()
    const { label, message } = badge
    expect(await read(restarted, 'status/build.json')).toMatchObject({ label, message })
    const stored = await fetch(`${restarted.url}/api/status/build`, { headers })
    expect(await stored.json()).toMatchObject(badge)
  })
})

test('a server that could not save exits with 1, and logs why', async () => {
  const { url, child, ended } = await serve()
  // The disk is full: no file can grow.
  execFileSync('prlimit', [`--pid=${child.pid}`, '--fsize=4096'])
  const init = {
    method: 'PUT',
    headers: { Authorization: 'Bearer a-token-of-the-tests' },
    body: JSON.stringify({ schemaVersion: 1, label: 'build', message: 'passing' }),
  }
  expect((await fetch(`${url}/api/status/build`, init)).status).toBe(503)
  child.kill('SIGTERM')
  const { code, stderr, stdout } = await ended
  expect(code).toBe(1)
  expect(stdout + stderr).toMatch(
    /could not be written to .*a\.db, and are lost.*not everything could be saved/,
  )
})

const REMEDY = 'Choose another place with --store file:<path>, or use --store memory: to keep nothing'

describe('a store that cannot be used stops the start', () => {
  test.each([
    ['sqlite:a.db', /^--store: expected memory:, or file: and the path .*, got "sqlite:a.db"\n$/],
    ['file:', /^--store: expected memory:, or file: and the path /],
    ['file:/no/such/folder/a.db', /^--store: expected memory:, or file: and the path /],
    ['file:.', /^--store: expected memory:, or file: and the path /],
    [
      'file:/proc/a.db',
      /^--store: \/proc\/a\.db cannot be opened and written to: .* --store memory: to keep nothing\n$/,
    ],
  ])('%s', async (location, message) => {
    const { code, stdout, stderr } = await runCommand(['--port', '0', '--store', location])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test.runIf(process.getuid?.() === 0)('a folder that the user may not write to', () => {
    // The test's folder belongs to root.
    chmodSync(folder, 0o755)
    const { status, stderr } = spawnSync(process.execPath, [MAIN, '--port', '0'], {
      cwd: folder,
      uid: NOBODY,
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toBe(
      `--store: ${folder}/imgcast.db cannot be opened and written to: this user has no permission to write to ${folder}. ${REMEDY}\n`,
    )
  })

  test('a file that is no database', async () => {
    const path = join(folder, 'a.db')
    writeFileSync(path, 'hello')
    const { code, stderr } = await runCommand(['--port', '0', '--store', `file:${path}`])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `--store: ${path} is not a database, or is damaged: file is not a database. ${REMEDY}\n`,
    )
  })

  test('a file that another server has open', async () => {
    const first = await serve()
    const path = join(folder, 'a.db')
    const { code, stderr } = await runCommand(['--port', '0', '--store', `file:${path}`])
    expect(code).toBe(1)
    expect(stderr).toBe(
      `--store: ${path} is open in another process (pid ${first.child.pid}), and only one can write to it. ${REMEDY}\n`,
    )
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200)
  })
})
