import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, runCommand, useServer } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const server = useServer({ IMGCAST_TOKEN })
const red = plainFrame('#ff0000').bytes
const blue = plainFrame('#0000ff').bytes
let folder: string
let file: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imgcast-push-'))
  file = join(folder, 'shot.png')
  await writeFile(file, red)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const shown = async (key: string) =>
  Buffer.from(await (await fetch(`${server.url}/picture/${key}.png`)).arrayBuffer())
const argsOf = (...args: string[]) => ['push', ...args, '--server', server.url]
const env = { IMGCAST_TOKEN }

describe('imgcast push', () => {
  test('shows a file, or names what is wrong with it', async () => {
    const [sent, text, missing, wrong] = await Promise.all([
      runCommand(argsOf(file, '--key', 'once', '--ttl', '1h'), env),
      runCommand(argsOf(MAIN, '--key', 'text'), env),
      runCommand(argsOf(join(folder, 'none.png')), env),
      runCommand(argsOf('-', '--key', 'a/b', '--ttl', 'soon', '--watch'), env),
    ])
    expect([sent.code, sent.stdout]).toEqual([0, 'once shows a PNG of 20x20\n'])
    expect((await shown('once')).equals(red)).toBe(true)
    expect([text.code, text.stderr]).toEqual([1, expect.stringContaining('415: expected a complete PNG')])
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('there is no file')])
    expect(wrong.code).toBe(2)
    for (const name of ['--key', '--ttl', '--watch']) expect(wrong.stderr).toContain(name)
  })

  test('reads standard input, and with --watch follows a file', async () => {
    const start = (...args: string[]) =>
      spawn(process.execPath, [MAIN, ...argsOf(...args)], { env: { ...process.env, ...env } })
    const pipe = start('-', '--key', 'pipe')
    pipe.stdin.end(blue)
    const follower = start(file, '--key', 'live', '--watch')
    try {
      await eventually(async () => expect((await shown('pipe')).equals(blue)).toBe(true), { timeout: 60_000 })
      await eventually(async () => expect((await shown('live')).equals(red)).toBe(true), { timeout: 60_000 })
      await writeFile(file, blue)
      await eventually(async () => expect((await shown('live')).equals(blue)).toBe(true), { timeout: 60_000 })
    } finally {
      follower.kill('SIGKILL')
    }
  })
})
