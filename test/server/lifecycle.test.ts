import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Hooks } from '../../src/hooks/hooks.ts'
import { createImgcast } from '../../src/imgcast.ts'
import type { ImgcastOptions } from '../../src/imgcast-interface.ts'
import { FolderWatch } from '../../src/render/folder-watch.ts'
import { Renderer } from '../../src/render/renderer.ts'
import { Polls } from '../../src/status/polls.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imgcast-lifecycle-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

const start = (options: ImgcastOptions = {}) =>
  createImgcast({
    store: `file:${join(folder, 'imgcast.db')}`,
    widgets: FIXTURE_WIDGETS,
    workers: 1,
    logLevel: 'silent',
    ...options,
  })

/** The process ids of this process's children, by the kernel (proc(5)). */
function children(): string[] {
  return readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .sort()
}

const late = async () => {
  throw new Error('too late')
}

/** Makes one stage of the start fail. */
const STAGES: [stage: string, fail: () => void][] = [
  ['watching the folders', () => vi.spyOn(FolderWatch, 'start').mockImplementation(late)],
  ['starting render processes', () => vi.spyOn(Renderer, 'start').mockImplementation(late)],
  ['reading polls', () => vi.spyOn(Polls.prototype, 'load').mockImplementation(late)],
  ['reading webhooks', () => vi.spyOn(Hooks.prototype, 'load').mockImplementation(late)],
  [
    'wiring the last part',
    () =>
      vi.spyOn(FolderWatch.prototype, 'onChange').mockImplementation(() => {
        throw new Error('too late')
      }),
  ],
]

describe('a start that fails', () => {
  test.each(STAGES)('while %s leaves no process, no lock and no timer behind', async (_stage, fail) => {
    const before = children()
    fail()
    await expect(start()).rejects.toThrow('too late')
    vi.restoreAllMocks()
    await eventually(() => expect(children()).toEqual(before))
    const imgcast = await start()
    await imgcast.close()
    await eventually(() => expect(children()).toEqual(before))
  })
})

test('a server that could not save rejects its close, and has closed everything else', async () => {
  const before = children()
  const imgcast = await start()
  const closeRenderer = Renderer.prototype.close
  vi.spyOn(Renderer.prototype, 'close').mockImplementationOnce(async function (this: Renderer) {
    await closeRenderer.call(this)
    throw new Error('not saved')
  })
  await expect(imgcast.close()).rejects.toThrow('not saved')
  // The store is closed all the same: another server can have the file.
  await (await start()).close()
  await eventually(() => expect(children()).toEqual(before))
})
