import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { OPTIONS, variableOf } from '../../src/imgcast/options.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const variables = OPTIONS.map(variableOf)

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
  const stages = instructions.join('\n').split(/^(?=FROM )/m)
  const last = stages.at(-1) ?? ''

  test('has two stages, and the last one runs as a user other than root', () => {
    expect(stages).toHaveLength(2)
    expect(last.match(/^USER (\w+)$/m)?.[1]).toBe('node')
  })

  test('copies only files that exist and that .dockerignore does not exclude', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1))
    expect(copied.length).toBeGreaterThan(5)
    for (const path of copied) expect([path, existsSync(join(root, path))]).toEqual([path, true])
    expect(allowed).toEqual(expect.arrayContaining(copied))
  })

  test('copies every folder of the package that the server reads', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] }
    const unread = ['CHANGELOG.md', 'SECURITY.md', 'docs', 'deploy', 'README.md']
    for (const path of files.filter((each) => !unread.includes(each))) expect(last).toContain(path)
  })

  test('sets variables of the server only, and checks its health', () => {
    const set = [...last.matchAll(/\b(IMGCAST_\w+)=/g)].map(([, name]) => name)
    expect(set).toHaveLength(2)
    expect(variables).toEqual(expect.arrayContaining(set))
    expect(last).toMatch(/^HEALTHCHECK .*\/healthz/m)
  })
})

describe('compose.yaml', () => {
  const compose = read('compose.yaml')

  test('sets variables of the server only', () => {
    const set = [...compose.matchAll(/^ +(IMGCAST_\w+):/gm)].map(([, name]) => name)
    expect(set.length).toBeGreaterThan(1)
    expect(variables).toEqual(expect.arrayContaining(set))
  })

  test('has a read-only root file system, no capabilities, and the volume of the image', () => {
    expect(compose).toMatch(/^ {4}read_only: true$/m)
    expect(compose).toMatch(/^ {4}cap_drop:\n {6}- ALL$/m)
    expect(compose).toMatch(/^ {6}- data:\/data$/m)
    expect(read('Dockerfile')).toMatch(/^VOLUME \/data$/m)
  })
})
