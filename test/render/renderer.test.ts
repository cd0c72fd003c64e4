import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadImage } from '@napi-rs/canvas'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { Job } from '../../src/render/protocol.ts'
import { Renderer } from '../../src/render/renderer.ts'
import { eventually } from '../support/eventually.ts'
import { noDevice } from '../support/looks.ts'
import { pixelOf } from '../support/pixels.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'

const DRAW_TIMEOUT = 1000
const renderers: Renderer[] = []
/** A viewer waits for the picture, all the time. */
const watched = () => 2

async function start(
  folder = fileURLToPath(FIXTURE_WIDGETS),
  workers = 2,
  log = pino({ level: process.env.TEST_LOG ?? 'silent' }),
): Promise<Renderer> {
  const renderer = await Renderer.start({
    folders: [folder],
    workers,
    drawTimeout: DRAW_TIMEOUT,
    log,
    onState: async () => undefined,
  })
  renderers.push(renderer)
  return renderer
}

/** The processes of which this one has the file open that says what they hold, in the order of their ids. */
function watchedPids(): number[] {
  return readdirSync('/proc/self/fd')
    .flatMap((descriptor) => {
      const path = linkOf(`/proc/self/fd/${descriptor}`)
      const [, pid] = /^\/proc\/(\d+)\/status$/.exec(path) ?? []
      return pid === undefined ? [] : [Number(pid)]
    })
    .sort()
}

/** The descriptor by which a folder is read is gone by now. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function job(widget: string, params: Record<string, string | number> = {}): Omit<Job, 'output'> {
  const size = { width: 40, height: 20, scale: 1 }
  const look = {
    format: 'png' as const,
    ...size,
    quality: 85,
    fps: 0,
    animate: 'push' as const,
    ...noDevice,
    params,
  }
  return { widget, key: 'main', look, connections: 1, visitors: 1, peak: 1, time: 1000 }
}

afterEach(async () => {
  await Promise.all(renderers.splice(0).map((renderer) => renderer.close()))
})

describe('a renderer', () => {
  test('draws the same scene as the same bytes, in whichever process', async () => {
    const renderer = await start()
    const drawings = await Promise.all(
      Array.from({ length: 8 }, () => renderer.draw(job('counter'), watched)),
    )
    for (const { frame } of drawings)
      expect(frame.bytes.equals(drawings[0]?.frame.bytes as Buffer)).toBe(true)
  })

  test('says when the clock changes the picture next', async () => {
    const { next } = await (await start(undefined, 1)).draw(
      { ...job('ticker', { every: 50 }), time: 1020 },
      watched,
    )
    expect(next).toBe(30)
  })

  test.each([
    ['throws', 'failed to draw'],
    ['loops', 'took too long to draw'],
    ['exits', 'ended its process with exit code 3'],
    ['aborts', 'ended its process by SIGABRT'],
    ['allocates', /ran out of memory|took too long to draw/],
    ['allocates-buffers', /ran out of memory|took too long to draw/],
  ])('%s: its error names the widget and the reason, others go on', async (widget, reason) => {
    const renderer = await start()
    const bad = expect(renderer.draw(job(widget), watched)).rejects.toMatchObject({
      caption: typeof reason === 'string' ? `${widget} ${reason}` : expect.stringMatching(reason),
      status: 500,
    })
    const good = Array.from({ length: 20 }, () => renderer.draw(job('counter'), watched))
    await Promise.all([bad, ...good])
    await renderer.draw(job('counter'), watched)
  })

  test('a widget’s error never reaches the picture', async () => {
    const renderer = await start(undefined, 1)
    const error = await renderer.draw(job('throws'), watched).catch((reason: Error) => reason)
    expect(String(error)).not.toContain('secret detail')
  })

  test.each(['loops', 'exits'])(
    '%s while loading: the module is named, and the others load',
    async (widget) => {
      const renderer = await start()
      const bad = expect(renderer.draw(job(widget, { when: 'load' }), watched)).rejects.toMatchObject({
        status: 500,
      })
      await Promise.all([bad, renderer.draw(job('counter'), watched), renderer.draw(job('counter'), watched)])
    },
  )

  test('a process that dies between two pictures costs its neighbours nothing', async () => {
    const renderer = await start(undefined, 1)
    const before = renderer.pids
    await renderer.draw(job('exits', { when: 'later' }), watched)
    // A picture that is drawn at that moment would be blamed.
    await eventually(() => expect(renderer.pids).not.toEqual(before))
    await Promise.all(Array.from({ length: 5 }, () => renderer.draw(job('counter'), watched)))
  })

  test('a load that waits too long fails alone: its process lives on', async () => {
    const renderer = await start(undefined, 1)
    const before = renderer.pids
    await expect(renderer.draw(job('slow', { wait: 600_000 }), watched)).rejects.toMatchObject({
      caption: 'slow failed to draw',
    })
    await renderer.draw(job('counter'), watched)
    expect(renderer.pids).toEqual(before)
  })

  test('a widget that keeps killing its process rests, and its card says for how long', async () => {
    const renderer = await start(undefined, 1)
    for (let time = 0; time < 3; time += 1) await renderer.draw(job('exits'), watched).catch(() => {})
    const error = await renderer.draw(job('exits'), watched).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ caption: expect.stringMatching(/^exits keeps failing, next try in \d s$/) })
    expect((error as { retryIn: number }).retryIn).toBeGreaterThan(0)
  })

  test('a look that keeps killing its process rests alone: other looks of the widget are drawn for everyone else', async () => {
    const renderer = await start(undefined, 1)
    const of = (network: string) => () => ({ networks: [network], count: 1 })
    for (let time = 0; time < 3; time += 1)
      await renderer.draw(job('exits'), watched, of('192.0.2.1')).catch(() => {})
    await expect(renderer.draw(job('exits'), watched, of('192.0.2.2'))).rejects.toMatchObject({
      caption: expect.stringContaining('keeps failing'),
    })
    await renderer.draw(job('exits', { when: 'never' }), watched, of('192.0.2.2'))
  })

  test('a failure is in the log with its place in the code, once while it stays the same', async () => {
    const lines: string[] = []
    const renderer = await start(undefined, 1, pino({}, { write: (line: string) => void lines.push(line) }))
    for (let time = 0; time < 5; time += 1) await renderer.draw(job('throws'), watched).catch(() => {})
    const failures = lines.filter((line) => line.includes('a widget failed to draw'))
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(/secret detail.*throws\.mjs:\d+:\d+/)
  })

  test('leaves no process behind when it closes, even with one that hangs', async () => {
    const renderer = await start()
    const hanging = renderer.draw(job('loops'), watched).catch(() => {})
    const pids = renderer.pids
    expect(pids.length).toBeGreaterThan(0)
    await renderer.close()
    await hanging
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  })

  test('names every module that is no widget, and runs the others', async () => {
    const renderer = await start(fileURLToPath(new URL('../fixtures/broken/', import.meta.url)), 1)
    expect([...renderer.manifests.keys()]).toEqual(['good'])
    const faults = Object.fromEntries(renderer.faults.map(({ name, message }) => [name, message]))
    expect(faults['exits-at-once']).toBe('its code ended its process with exit code 7')
    expect(faults['syntax-error']).toBe('SyntaxError: Unexpected token')
    expect(renderer.faults.find(({ name }) => name === 'syntax-error')).toMatchObject({
      file: expect.stringMatching(/syntax-error\.mjs$/),
      ...{ line: 2, column: 1 },
    })
    expect(faults['no-default']).toMatch(/expected the default export to be a widget/)
    expect(faults.Shouting_Name).toMatch(/kebab-case/)
    expect(faults.api).toMatch(/taken/)
    for (const wrong of [
      'title',
      'size.width',
      'size.height',
      'draw',
      'params.width',
      'params.speed',
      'animate',
    ]) {
      expect(faults['many-faults']).toContain(`\`${wrong}\``)
    }
  })

  test('a folder that cannot be read is reported, and the others load', async () => {
    const renderer = await start('/no/such/folder', 1)
    expect(renderer.faults[0]).toMatchObject({
      file: '/no/such/folder',
      message: expect.stringMatching(/ENOENT/),
    })
  })

  test('a load that never ends fails although its process draws for others all the time', async () => {
    const renderer = await start(undefined, 1)
    let done = false
    const failing = expect(renderer.draw(job('slow', { wait: 600_000 }), watched))
      .rejects.toMatchObject({ caption: 'slow failed to draw' })
      .finally(() => {
        done = true
      })
    while (!done) await renderer.draw(job('counter'), watched)
    await failing
  })

  test.each(['speaks', 'floods'])(
    'a widget that %s to the server by mistake does no harm',
    async (widget) => {
      const renderer = await start(undefined, 1)
      const { frame, took } = await renderer.draw(job(widget), watched)
      expect(frame.bytes.length).toBeGreaterThan(50)
      expect(took).toMatchObject({ frames: 1, drawing: expect.any(Number), encoding: expect.any(Number) })
      await renderer.draw(job('counter'), watched)
    },
  )

  test.skipIf(process.platform !== 'linux')('keeps no file open of a process that is gone', async () => {
    const renderer = await start()
    await eventually(() => expect(watchedPids()).toEqual(renderer.pids.sort()))
    const before = renderer.pids
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await eventually(() => {
      expect(renderer.pids).toHaveLength(2)
      expect(watchedPids()).toEqual(renderer.pids.sort())
      expect(before).not.toContain(renderer.pids[0])
    })
    await renderer.close()
    expect(watchedPids()).toEqual([])
  })

  test('a module that was loading when the process was killed from outside is not blamed', async () => {
    const renderer = await start(undefined, 1)
    for (let time = 0; time < 5; time += 1) {
      for (const pid of renderer.pids) process.kill(pid, 'SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    await expect
      .poll(
        () =>
          renderer.draw(job('counter'), watched).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)
    for (const widget of ['ticker', 'stamped', 'noise']) await renderer.draw(job(widget), watched)
  })
})

describe('reload', () => {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })

  async function folderWith(source: string): Promise<string> {
    const folder = await mkdtemp(join(fileURLToPath(new URL('../', import.meta.url)), '.tmp-'))
    folders.push(folder)
    await writeFile(join(folder, 'mine.mjs'), source)
    return folder
  }

  const source = (body: string) =>
    `export default { title: 'Mine', size: { width: 10, height: 10 }, draw(ctx) { ${body} } }`

  test('runs the new code', async () => {
    const folder = await folderWith(source("throw new Error('old')"))
    const renderer = await start(folder, 1)
    await expect(renderer.draw(job('mine'), watched)).rejects.toThrow()
    await writeFile(join(folder, 'mine.mjs'), source(''))
    expect(await renderer.reload()).toBe(true)
    await renderer.draw(job('mine'), watched)
  })

  test('keeps the old code if the new one does not load, and reports why', async () => {
    const folder = await folderWith(source(''))
    const renderer = await start(folder, 1)
    await writeFile(join(folder, 'mine.mjs'), 'export default {')
    await renderer.reload()
    expect(renderer.faults[0]).toMatchObject({ name: 'mine', message: expect.stringMatching(/^SyntaxError/) })
    await renderer.draw(job('mine'), watched)
  })

  test('runs the new code of one widget while another is broken, through any number of reloads', async () => {
    const folder = await folderWith(source(''))
    const red = (shade: number) => source(`ctx.fillStyle = 'rgb(${shade}, 0, 0)'; ctx.fillRect(0, 0, 10, 10)`)
    await writeFile(join(folder, 'other.mjs'), red(1))
    const renderer = await start(folder, 2)
    await writeFile(join(folder, 'mine.mjs'), 'export default {')
    for (const shade of [50, 100]) {
      await writeFile(join(folder, 'other.mjs'), red(shade))
      await renderer.reload()
      const { frame } = await renderer.draw(job('other'), watched)
      expect(pixelOf(await loadImage(frame.bytes))[0]).toBe(shade)
      await renderer.draw(job('mine'), watched)
      expect(renderer.manifests.has('mine')).toBe(true)
    }
    // The one that was broken first keeps code of its own, the other one that of the last time it was good.
    await writeFile(join(folder, 'other.mjs'), 'also {')
    await renderer.reload()
    const { frame } = await renderer.draw(job('other'), watched)
    expect(pixelOf(await loadImage(frame.bytes))[0]).toBe(100)
    await renderer.draw(job('mine'), watched)

    await writeFile(join(folder, 'mine.mjs'), source(''))
    await writeFile(join(folder, 'other.mjs'), red(150))
    await renderer.reload()
    await eventually(() => expect(renderer.pids).toHaveLength(2))
    expect(renderer.faults).toEqual([])
    await renderer.draw(job('mine'), watched)
  })

  test('lets a resting widget run again', async () => {
    const folder = await folderWith(source('process.exit()'))
    const renderer = await start(folder, 1)
    for (let time = 0; time < 4; time += 1) await renderer.draw(job('mine'), watched).catch(() => {})
    await writeFile(join(folder, 'mine.mjs'), source(''))
    await renderer.reload()
    await renderer.draw(job('mine'), watched)
  })
})

test('a TypeScript module runs without a build, and one outside of any package finds imgcast', async () => {
  const typed = await start(fileURLToPath(new URL('../fixtures/typed/', import.meta.url)), 1)
  expect(typed.faults).toEqual([])
  expect(typed.manifests.get('typed')?.size).toEqual({ width: 30, height: 30 })
  await typed.draw(job('typed'), watched)
  const far = await mkdtemp(join(tmpdir(), 'widgets-'))
  try {
    const source = `import { defineWidget } from 'imgcast/widget'
      export default defineWidget({ title: 'Far', size: { width: 10, height: 10 }, draw() {} })`
    await writeFile(join(far, 'far.js'), source)
    const renderer = await start(far, 1)
    expect(renderer.faults).toEqual([])
    await renderer.draw(job('far'), watched)
  } finally {
    await rm(far, { recursive: true })
  }
})

describe('an animation', () => {
  test('that takes long does not count as a hung drawing, and others are drawn in between', async () => {
    const renderer = await start(undefined, 1)
    const { look, ...rest } = job('plods')
    const order: string[] = []
    const animation = renderer
      .draw({ ...rest, look: { ...look, animate: 'loop' } }, watched)
      .then((drawing) => {
        order.push('animation')
        return drawing
      })
    await Promise.all(
      Array.from({ length: 5 }, () => renderer.draw(job('counter'), watched).then(() => order.push('other'))),
    )
    expect(order).toEqual(Array.from({ length: 5 }, () => 'other'))
    const { frame, next } = await animation
    expect(frame.animated).toBe(true)
    expect(next).toBeUndefined()
  })

  test('that is no longer needed is completed, for later requests', async () => {
    const renderer = await start(undefined, 1)
    const { look, ...rest } = job('plods')
    let interest = 1
    const animation = renderer.draw({ ...rest, look: { ...look, animate: 'loop' } }, () => interest)
    await renderer.draw(job('counter'), watched)
    interest = 0
    expect((await animation).frame.animated).toBe(true)
  })
})
