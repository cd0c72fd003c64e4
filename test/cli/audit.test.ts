import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runCommand, useServer } from '../support/command.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const server = useServer({ IMGCAST_TOKEN })

describe.runIf(existsSync('/proc/self/net/tcp'))('imgcast audit', () => {
  test('finds every counted stream in the kernel, and exits 0', async () => {
    const streams: RawStream[] = []
    for (let count = 0; count < 20; count += 1) streams.push(await openStream(`${server.url}/online/a.png`))
    const { code, stdout } = await runCommand(['audit', server.url], { IMGCAST_TOKEN })
    expect(stdout).toContain('counted   20 streams on 20 connections')
    expect(stdout).toContain('They agree.')
    expect(code).toBe(0)
    for (const stream of streams) stream.close()
  })

  test('--json prints the whole report', async () => {
    const { stdout } = await runCommand(['audit', server.url, '--json', '--token', IMGCAST_TOKEN])
    expect(JSON.parse(stdout)).toMatchObject({ agrees: true, differences: expect.any(Array) })
  })

  test.each([
    ['without the token', () => [server.url], /requires its token: set/],
    ['with a wrong one', () => [server.url, '--token', 'x'.repeat(16)], /rejects this token: set/],
    ['on a port without a server', () => ['http://127.0.0.1:1'], /does not respond/],
  ])('%s it says so, and exits 1', async (_, args, message) => {
    const { code, stderr } = await runCommand(['audit', ...args()])
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })

  test.each([[['audit', 'not a url']], [['audit', 'http://x', 'more']], [['audit', '--port', '1']]])(
    '%j is a wrong command line: exit 2',
    async (args) => {
      expect((await runCommand(args)).code).toBe(2)
    },
  )
})
