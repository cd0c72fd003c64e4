import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseHitsFile } from '../../src/cli/hits-file.ts'
import { runCommand, useServer } from '../support/command.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const server = useServer({ IMGCAST_TOKEN })
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imgcast-hits-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(...args: string[]) {
  const { code, stdout, stderr } = await runCommand(['hits', ...args, '--server', server.url], {
    IMGCAST_TOKEN,
  })
  return [code, stdout + stderr]
}

const hitsOf = async (key: string) => (await fetch(`${server.url}/hits/${key}.json`)).json()

describe('imgcast hits', () => {
  test('sets the hits of a room, and imports those of many', async () => {
    expect(await run('set', 'blog', '12345')).toEqual([0, 'hits/blog has 12345 hits\n'])
    expect(await hitsOf('blog')).toMatchObject({ hits: 12_345, today: 0 })
    const file = join(folder, 'counters.csv')
    await writeFile(file, 'name,count\nme,7\nhits/you,1000000\n')
    expect(await run('import', file)).toEqual([0, 'Set the hits of 2 rooms.\n'])
    expect(await hitsOf('me')).toMatchObject({ hits: 7 })
    expect(await hitsOf('you')).toMatchObject({ hits: 1_000_000 })
  })

  test('names what is wrong before it sets anything', async () => {
    const [code, text] = await run('set', 'no room', 'many')
    expect(code).toBe(2)
    expect(text).toContain('expected a whole number from 0')
    const missing = join(folder, 'missing.csv')
    expect(await run('import', missing)).toEqual([2, `there is no file ${missing}\n`])
  })
})

describe('a list of hits', () => {
  test.each([
    ['lines with commas, tabs or spaces', '# mine\nblog,1\n\nonline/x\t2\n"me" 3\n'],
    ['JSON', '{"blog": 1, "online/x": 2, "me": 3}'],
    ['a head line and a byte order mark', '\uFEFFname;num\nblog;1\nonline/x;2\nme;3'],
  ])('can be %s', (_, text) => {
    expect(parseHitsFile(text)).toEqual([
      { room: 'hits/blog', hits: 1 },
      { room: 'online/x', hits: 2 },
      { room: 'hits/me', hits: 3 },
    ])
  })

  test.each([
    ['blog,1\nme,many', 'line 2: expected a room and a whole number'],
    ['{"a b": 1}', '"a b": '],
    ['blog,-1\nme,2', 'line 1: expected a room and a whole number'],
    ['blog,12.5\nme,2', 'line 1: expected a room and a whole number'],
    ['# mine\nblog,1,234\nme,2', 'line 2: expected a room and a whole number, got 3 values'],
    ['blog', 'line 1: expected a room and a whole number'],
    ['', 'like blog,12345, got none'],
    ['name,hits\n', 'like blog,12345, got none'],
    ['{}', 'like blog,12345, got none'],
    ['blog,1\n\nhits/blog,2', 'line 3: expected each room once, hits/blog is in line 1 too'],
    ['{"blog":1,"hits/blog":1}', '"hits/blog": expected each room once, hits/blog is in "blog" too'],
  ])('names what is wrong in %j', (text, message) => {
    expect(() => parseHitsFile(text)).toThrow(message)
  })
})
