import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand, useServer } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const server = useServer({ IMGCAST_TOKEN, IMGCAST_ALLOW_PRIVATE_TARGETS: 'on' })
let other: Server
let otherUrl: string
let posted = 0

beforeAll(async () => {
  other = createServer((request, response) => {
    if (request.method === 'POST') posted += 1
    request.resume()
    response.end('{"build":{"status":"green"}}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
})
afterAll(() => {
  other.close()
  other.closeAllConnections()
})

/** Runs a command that must succeed; returns its output. */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand([...args, '--server', server.url], { IMGCAST_TOKEN })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

/** The name of a fault, and its first word. */
function nameOf(line: string): string {
  return line.split(' ').slice(0, 2).join(' ')
}

describe('imgcast hooks', () => {
  test('adds, lists and removes webhooks, and shows their deliveries', async () => {
    expect(await run('hooks', 'list')).toBe('There are no webhooks.\n')
    const added = await run('hooks', 'add', otherUrl, '--when', 'visitors(online/blog)<1', '--for', '1s')
    const [, id = '', secret] = /^([0-9a-f]{8}) .*\n.*\n(whsec_\S{44})\n$/.exec(added) ?? []
    expect(added).toContain(`${id}  visitors(online/blog) < 1 for 1s  ${otherUrl}`)
    expect(secret).toMatch(/=$/)
    await eventually(() => expect(posted).toBe(1))
    await eventually(async () =>
      expect(await run('hooks', 'log', id)).toMatch(/^msg_\S+ {2}delivered\n {2}\S+Z {2}200\n$/),
    )
    expect(await run('hooks', 'list')).toBe(
      [
        `ID        WHEN                              NOW    URL`,
        `${id}  visitors(online/blog) < 1 for 1s  holds  ${otherUrl}`,
        '',
      ].join('\n'),
    )
    expect(await run('hooks', 'rm', id)).toBe(`Deleted webhook ${id}.\n`)
    expect(await run('hooks', 'list')).toBe('There are no webhooks.\n')
    // Each command is a process of its own, and a busy machine starts one in seconds.
  }, 120_000)

  test.each<[what: string, args: string[], message: RegExp]>([
    ['an unknown hook', ['rm', 'nothing'], /returned 404: there is no hook nothing/],
  ])('says what is wrong with %s, and exits 1', async (_what, args, message) => {
    const { code, stderr } = await runCommand(['hooks', ...args, '--server', server.url], { IMGCAST_TOKEN })
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })

  test.each<[args: string[], message: RegExp]>([
    [[], /^<add\|list\|rm\|log>: is missing/],
    [['make'], /^make: expected one of add, list, rm, log/],
    [['add', 'http://localhost/'], /^--when: expected .* in a condition like/],
    [['add', '--when', 'visitors(a/b) > 5'], /^add <url>: is missing/],
    [['list', 'all'], /^all: unexpected argument/],
    [['rm', 'x', 'y'], /^y: unexpected argument/],
    [['list', '--for', '1m'], /^--for: does not apply to list/],
    [['list', '--when', 'x'], /^--when: does not apply to list/],
    [['list', '--server', 'nowhere'], /^--server: expected the URL of a server, .*, got "nowhere"/],
    [['list', '--server', 'http://me:secret@a'], /^--server: .*, got "http:\/\/me:\.\.\.@a"/],
    [
      ['add', 'http://localhost/', '--when', 'viewers > 5'],
      /^--when: expected one of visitors, connections, hits/,
    ],
  ])('%j is a wrong command line: exit 2', async (args, message) => {
    const { code, stderr } = await runCommand(['hooks', ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('secret')
  })

  test('reports every fault without a server, with the names of the command line', async () => {
    const args = [
      'hooks',
      'add',
      'ftp://x',
      '--when',
      'foo(',
      '--for',
      '3x',
      '--server',
      'http://127.0.0.1:1',
    ]
    const { code, stderr } = await runCommand(args)
    expect(code).toBe(2)
    expect(stderr.trim().split('\n').map(nameOf)).toEqual([
      'url: expected',
      '--when: expected',
      '--for: expected',
    ])
  })

  test('uses the server in IMGCAST_SERVER, unless --server names another', async () => {
    const env = { IMGCAST_TOKEN, IMGCAST_SERVER: server.url }
    expect(await runCommand(['hooks', 'list'], env)).toMatchObject({
      code: 0,
      stdout: 'There are no webhooks.\n',
    })
    expect(await runCommand(['hooks', 'list', '--server', 'http://127.0.0.1:1'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('http://127.0.0.1:1 does not respond'),
    })
    const wrong = await runCommand(['hooks', 'list'], { IMGCAST_SERVER: 'nowhere' })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/^IMGCAST_SERVER: expected the URL of a server/)
  })

  test('requires the token', async () => {
    const { code, stderr } = await runCommand(['hooks', 'list', '--server', server.url])
    expect([code, stderr]).toEqual([
      1,
      `${server.url} requires its token: set IMGCAST_TOKEN or give --token\n`,
    ])
  })
})

describe('imgcast status', () => {
  test('sets, polls, lists and removes', async () => {
    const badge = async (key: string) => (await fetch(`${server.url}/status/${key}.json`)).json()
    expect(await run('status', 'list')).toBe('There are no badges.\n')
    expect(await run('status', 'set', 'build', 'all well', '--color', 'green')).toBe('build says all well\n')
    expect(await badge('build')).toMatchObject({ label: 'build', message: 'all well', color: 'green' })
    const said = await run(
      'status',
      'poll',
      'ci',
      otherUrl,
      '--query',
      '$.build.status',
      '--label-color',
      'blue',
    )
    expect(said).toBe(`ci shows what ${otherUrl} says, every 1m\n`)
    await eventually(async () =>
      expect(await badge('ci')).toMatchObject({ message: 'green', labelColor: 'blue' }),
    )
    expect(await run('status', 'list')).toBe(
      [
        'KEY    LABEL  MESSAGE   POLLED',
        'build  build  all well',
        `ci     ci     green     every 1m ${otherUrl}`,
        '',
      ].join('\n'),
    )
    for (const key of ['build', 'ci']) expect(await run('status', 'rm', key)).toBe(`Deleted ${key}.\n`)
    expect(await run('status', 'list')).toBe('There are no badges.\n')
  }, 120_000)

  test.each<[args: string[], message: RegExp]>([
    [['set', 'build'], /^set <message>: is missing/],
    [['set', 'build', 'x', '--every', '1m'], /^--every: does not apply to set/],
    [['rm', 'a b'], /^key: expected 1 to 64 characters/],
    [['set', 'a', ''], /^message: expected text of 1 to/],
    [['poll', 'build'], /^poll <url>: is missing/],
  ])('%j is a wrong command line: exit 2', async (args, message) => {
    const { code, stderr } = await runCommand(['status', ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  test.each<[args: string[], names: string[]]>([
    [
      ['poll', 'k', 'ftp://x', '--every', '0s', '--query', '$..a..b['],
      ['url: expected', '--every: expected', '--query: expected'],
    ],
    [
      ['set', 'a b', 'hello', '--style', 'nope', '--label-color', 'x'.repeat(1001)],
      ['key: expected', '--style: expected', '--label-color: expected'],
    ],
  ])('%j: names everything that is wrong, without a server', async (args, names) => {
    const { code, stderr } = await runCommand(['status', ...args, '--server', 'http://127.0.0.1:1'])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n').map(nameOf)).toEqual(names)
  })
})
