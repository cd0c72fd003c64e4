import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../src/cluster/cluster.ts'
import { type RunningServer, runCommand, serveCommand } from '../support/command.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const folder = mkdtempSync(join(tmpdir(), 'imgcast-backup-'))
const at = (name: string) => join(folder, name)
let server: RunningServer
let memory: RunningServer

beforeAll(async () => {
  ;[server, memory] = await Promise.all([
    serveCommand(['--store', `file:${at('imgcast.db')}`], { IMGCAST_TOKEN }),
    serveCommand(['--store', 'memory:'], { IMGCAST_TOKEN }),
  ])
})

afterAll(async () => {
  for (const { child, ended } of [server, memory]) {
    child.kill()
    await ended
  }
  rmSync(folder, { recursive: true })
})

const backup = (file: string, { url } = server, env: Record<string, string> = { IMGCAST_TOKEN }) =>
  runCommand(['backup', file, '--server', url], env)

test('imgcast backup writes everything of a running server up to now, and leaves no other file', async () => {
  await fetch(`${server.url}/api/rooms/online/kept/state/x`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${IMGCAST_TOKEN}` },
    body: '"value"',
  })
  await fetch(`${server.url}/online/kept.png?delivery=still`)
  const { code, stdout, stderr } = await backup(at('copy.db'))
  expect(stderr).toBe('')
  expect([code, stdout]).toEqual([0, `${at('copy.db')}\n`])
  expect(statSync(at('copy.db')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual([])
  const copy = await createCluster(`file:${at('copy.db')}`, pino({ level: 'silent' }))
  expect(await copy.store.get('online/kept', 'x')).toBe('value')
  expect(await copy.rooms.read(['online/kept'])).toMatchObject([{ hits: 1 }])
  expect((await copy.history.record('online/kept')).since).toBeLessThanOrEqual(Date.now())
  await copy.close()
})

test('imgcast backup overwrites nothing, and says what is wrong in one line', async () => {
  writeFileSync(at('mine.txt'), 'mine')
  const wrong = [
    [backup(at('mine.txt')), `${at('mine.txt')} exists: name a new file\n`],
    [backup(at('no/folder.db')), /^cannot write .*: ENOENT/],
    [
      backup(at('none.db'), memory),
      /^http.* returned 409: nothing to copy: the server stores nothing in a file/i,
    ],
    [backup(at('none-2.db'), server, {}), /requires its token: set IMGCAST_TOKEN/],
    [
      backup(at('none-3.db'), { ...server, url: 'http://127.0.0.1:1' }),
      /does not respond: .*; copy the file of a stopped/,
    ],
  ] as const
  for (const [running, message] of wrong) {
    const { code, stderr } = await running
    if (typeof message === 'string') expect(stderr).toBe(message)
    else expect(stderr).toMatch(message)
    expect(code).toBe(1)
  }
  expect(statSync(at('mine.txt')).size).toBe(4)
  expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([])
  expect((await runCommand(['backup'])).code).toBe(2)
})
