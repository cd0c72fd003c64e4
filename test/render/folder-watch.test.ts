import { mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FolderWatch } from '../../src/render/folder-watch.ts'
import { eventually } from '../support/eventually.ts'

/** Longer than a change takes to be reported on a busy machine. */
const QUIET = 1_000

let folder: string
let watch: FolderWatch
let told = 0

const file = (name: string) => join(folder, name)
const settled = () => new Promise((resolve) => setTimeout(resolve, QUIET))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watched-'))
  await mkdir(file('lib'))
  await mkdir(file('node_modules'))
  for (const name of ['clock.ts', 'lib/colors.ts', 'cities.json']) await writeFile(file(name), '1')
  watch = await FolderWatch.start([folder], pino({ level: 'silent' }))
  told = 0
  watch.onChange(() => {
    told += 1
  })
})
afterEach(async () => {
  watch.close()
  await rm(folder, { recursive: true })
})

const SAVES: [string, () => Promise<void>][] = [
  ['written in place', () => writeFile(file('clock.ts'), `${Math.random()}`)],
  [
    'renamed over it',
    async () => {
      await writeFile(file('.clock.ts.swp'), `${Math.random()}`)
      await rename(file('.clock.ts.swp'), file('clock.ts'))
    },
  ],
  [
    'moved away for a backup and written again',
    async () => {
      await rename(file('clock.ts'), file('clock.ts~'))
      await writeFile(file('clock.ts'), `${Math.random()}`)
    },
  ],
  [
    'removed and created',
    async () => {
      await unlink(file('clock.ts'))
      await writeFile(file('clock.ts'), `${Math.random()}`)
    },
  ],
]

describe('a watched folder', () => {
  test.each(SAVES)('reports a file that is %s, each time', async (_, save) => {
    for (let time = 0; time < 4; time += 1) {
      const before = told
      await save()
      await eventually(() => expect(told).toBeGreaterThan(before))
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  })

  test.each(['lib/colors.ts', 'cities.json', 'new.ts', 'lib/new.mjs'])('reports %s', async (name) => {
    await writeFile(file(name), '2')
    await eventually(() => expect(told).toBeGreaterThan(0))
  })

  test('reports pictures that modules load, also one that is removed and written again', async () => {
    watch.add([file('logo.png')])
    await writeFile(file('logo.png'), '1')
    await eventually(() => expect(told).toBeGreaterThan(0))
    await writeFile(file('other.png'), '1')
    await unlink(file('logo.png'))
    await eventually(() => expect(told).toBeGreaterThan(1))
    await writeFile(file('logo.png'), '2')
    await eventually(() => expect(told).toBeGreaterThan(2))
  })

  test('reports a removed file', async () => {
    await unlink(file('clock.ts'))
    await eventually(() => expect(told).toBeGreaterThan(0))
  })

  test('ignores other files, packages and hidden files', async () => {
    await Promise.all(
      ['notes.txt', 'node_modules/a.js', '.swap.ts', 'clock.ts~'].map((name) => writeFile(file(name), '2')),
    )
    await settled()
    expect(told).toBe(0)
  })

  test('reports many steps of one change once, or a few times if they are slow', async () => {
    const STEPS = 30
    for (let step = 0; step < STEPS; step += 1) await writeFile(file('clock.ts'), `${step}`)
    await writeFile(file('lib/colors.ts'), '2')
    await settled()
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThan(STEPS / 3)
  })

  test('a widget that writes data each time its code is loaded is not loaded for ever', async () => {
    watch.onChange(() => {
      told += 1
      void writeFile(file('cities.json'), `${told}`)
    })
    await writeFile(file('clock.ts'), '2')
    await eventually(() => expect(told).toBeGreaterThanOrEqual(4))
    await settled()
    const before = told
    await settled()
    expect(told).toBe(before)
    // Its code is loaded at once all the same.
    await writeFile(file('clock.ts'), '3')
    await eventually(() => expect(told).toBeGreaterThan(before), { timeout: 5_000 })
  })
})
