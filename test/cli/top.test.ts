import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Ended, MAIN, runCommand, serveCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type RoomsServer, startRoomsServer, toldRoom } from '../support/rooms-server.ts'
import { openStream } from '../support/stream-reader.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const ROOMS = [
  toldRoom('online/blog', { visitors: 2, connections: 2, hits: 9 }),
  toldRoom('online/lobby', { visitors: 12, connections: 14, peak: 20, hits: 5 }),
  toldRoom('sine/main', { hits: 700 }),
]
let server: RoomsServer

beforeAll(async () => {
  server = await startRoomsServer(IMGCAST_TOKEN, ROOMS)
})
afterAll(() => server.close())
beforeEach(() => {
  Object.assign(server, { rooms: ROOMS, answer: undefined, page: 1000, asked: [] })
})

function top(...args: string[]): Promise<Ended> {
  return runCommand(['top', server.url, ...args], { IMGCAST_TOKEN })
}

function roomsIn({ stdout }: Ended): string[] {
  const { rooms } = JSON.parse(stdout) as { rooms: { room: string }[] }
  return rooms.map(({ room }) => room)
}

/** Runs a line of the shell's, in which `$TOP` is the command. */
async function shell(line: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, IMGCAST_TOKEN, TOP: `${process.execPath} ${MAIN} top ${server.url}` }
  const child = spawn('sh', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
    })
  }
  await once(child, 'close')
  return text
}

describe('imgcast top without a terminal', () => {
  test('--once prints a table without an escape sequence, and exits 0', async () => {
    const { code, stdout, stderr } = await top('--once')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').slice(1)).toEqual([
      'ROOM          VISITORS  CONNECTIONS  PEAK  HITS  HITS/MIN',
      'online/lobby        12           14    20     5         -',
      'online/blog          2            2     0     9         -',
      'sine/main            0            0     0   700         -',
      '',
    ])
    expect(stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z {2}http:\S+ {2}14 visitors, 16 connections, 2 of 3 rooms watched/,
    )
  })

  test('--json prints a line for each reading', async () => {
    const ended = await top('--json', '--once')
    expect(ended.stdout.match(/\n/g)).toHaveLength(1)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      url: server.url,
      totals: { visitors: 14, connections: 16, watched: 2, rooms: 3, hitsPerMinute: null },
      rooms: [{ ...ROOMS[1], hitsPerMinute: null }, ROOMS[0], ROOMS[2]],
    })
  })

  test.each([
    ['visitors', ['online/lobby', 'online/blog', 'sine/main']],
    ['hits', ['sine/main', 'online/blog', 'online/lobby']],
    ['room', ['online/blog', 'online/lobby', 'sine/main']],
  ])('--sort %s', async (sort, rooms) => {
    expect(roomsIn(await top('--json', '--once', '--sort', sort))).toEqual(rooms)
  })

  test('--filter selects rooms by a part of their name, and passes it to the server’s search', async () => {
    const ended = await top('--json', '--once', '--filter', 'LOB')
    expect(roomsIn(ended)).toEqual(['online/lobby'])
    expect(server.asked.map((query) => query.get('search'))).toContain('LOB')
  })

  test('reads every page of the rooms that are watched, and one of the others', async () => {
    server.page = 7
    server.rooms = Array.from({ length: 50 }, (_, index) =>
      toldRoom(`online/${index}`, { connections: index < 30 ? 1 : 0, hits: index }),
    )
    const ended = await top('--json', '--once', '--sort', 'room')
    const watched = server.rooms.slice(0, 30).map(({ room }) => room)
    const others = server.rooms.slice(-7).map(({ room }) => room)
    expect(roomsIn(ended)).toEqual([...watched, ...others].sort())
    expect(JSON.parse(ended.stdout).totals).toMatchObject({ watched: 30, rooms: 50 })
  })

  test('runs until the reader of its output has gone, and then ends without an error', async () => {
    const { stdout, stderr } = await shell(
      '{ $TOP --json --interval 100ms; echo "code $?" >&2; } | head -n 3',
    )
    const rounds = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { totals: { hitsPerMinute: number | null } })
    expect(rounds.map(({ totals }) => totals.hitsPerMinute)).toEqual([null, 0, 0])
    expect(stderr).toBe('code 0\n')
  })

  test.runIf(existsSync('/dev/full')).each(['--once', '--once --json', '--json'])(
    '%s reports that its output cannot be written, and exits with 1',
    async (flags) => {
      const { stderr } = await shell(`$TOP ${flags} > /dev/full; echo "code $?" >&2`)
      expect(stderr).toMatch(/^ENOSPC.*\ncode 1\n$/)
    },
  )

  test.each([
    ['without the token', [], {}, /requires its token: set IMGCAST_TOKEN or give --token/],
    [
      'on a port without a server',
      ['http://127.0.0.1:1'],
      { IMGCAST_TOKEN },
      /127\.0\.0\.1:1 does not respond/,
    ],
  ])('%s it says so, and exits 1', async (_, args, env, message) => {
    const [url = server.url] = args
    const { code, stdout, stderr } = await runCommand(['top', url, '--once'], env)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test.each(['<html>', '{}', '{"rooms":[{"room":"a/b","visitors":"\\u001b"}],"total":1,"next":null}'])(
    'a response that is not a list of rooms is not an Imgcast server’s: %j',
    async (answer) => {
      server.answer = answer
      const { code, stderr } = await top('--once')
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `${server.url} returned no list of rooms: is this an Imgcast server?\n`,
      })
    },
  )

  test('uses the server in IMGCAST_SERVER, unless an address is given', async () => {
    const env = { IMGCAST_TOKEN, IMGCAST_SERVER: server.url }
    expect(roomsIn(await runCommand(['top', '--once', '--json'], env))).toHaveLength(ROOMS.length)
    const other = await runCommand(['top', 'http://127.0.0.1:1', '--once'], env)
    expect(other.stderr).toContain('http://127.0.0.1:1 does not respond')
  })

  test('a wrong command line is reported with every fault: exit 2', async () => {
    const { code, stderr } = await runCommand(
      ['top', 'nowhere', '--interval', '1', '--sort', 'colour', '--filter', 'ä'],
      {},
    )
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      'url: expected the URL of a server, like http://localhost:9192, without a user name and a password, got "nowhere"',
      '--interval: expected a time with its unit from 100ms to 1h, like 500ms or 10s, got "1"',
      '--sort: expected one of visitors, connections, peak, hits, hits-per-minute, room, got "colour"',
      '--filter: expected at most 100 printable ASCII characters, got "ä"',
    ])
  })
})

test('a real server reports its viewers', async () => {
  const { url, child, ended } = await serveCommand(['--log-level', 'silent'], { IMGCAST_TOKEN })
  try {
    const streams = [await openStream(`${url}/online/lobby.png`), await openStream(`${url}/online/lobby.png`)]
    await eventually(async () => {
      const { stdout } = await runCommand(['top', url, '--json', '--once'], { IMGCAST_TOKEN })
      expect(JSON.parse(stdout)).toMatchObject({
        totals: { visitors: 1, connections: 2, watched: 1, rooms: 1 },
        rooms: [{ room: 'online/lobby', visitors: 1, connections: 2, peak: 1, hits: 2 }],
      })
    })
    for (const stream of streams) stream.close()
  } finally {
    child.kill('SIGKILL')
    await ended
  }
})
