import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderOnce } from 'imgcast/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import online from '../../widgets/online.ts'
import { runCommand } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
const fixtures = fileURLToPath(FIXTURE_WIDGETS)
const broken = fileURLToPath(new URL('../fixtures/broken/', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-render-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

const at = (file: string) => join(folder, file)

describe('imgcast render', () => {
  test('draws the same picture as a server, for the given number of visitors', async () => {
    const path = '/online/lobby.png?label=readers&scale=2&t=1'
    const ended = await runCommand(['render', path, '-o', at('lobby.png'), '--visitors', '7'])
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    const { bytes } = await renderOnce(online, { visitors: 7, params: { label: 'readers' }, scale: 2 })
    expect(readFileSync(at('lobby.png'))).toEqual(bytes)
  })

  test('takes the format from the path, otherwise from the file, otherwise PNG', async () => {
    const magic = (file: string) => readFileSync(at(file)).subarray(0, 4).toString('latin1')
    for (const [path, file, expected] of [
      ['online.webp', 'a', 'RIFF'],
      ['online/x', 'b.webp', 'RIFF'],
      ['online.jpg', 'c.jpeg', '\xff\xd8\xff\xe0'],
      ['online', 'd', '\x89PNG'],
    ] as const) {
      expect(await runCommand(['render', path, '-o', at(file)])).toMatchObject({ code: 0, stderr: '' })
      expect(magic(file)).toBe(expected)
    }
  })

  test('writes to standard output for -, and data for .json', async () => {
    const child = spawn(process.execPath, [MAIN, 'render', 'online.png', '-o', '-'])
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(Buffer.concat(chunks)).toEqual((await renderOnce(online)).bytes)
    const { stdout } = await runCommand(['render', 'online/a.json', '-o', '-', '--connections', '3'])
    expect(JSON.parse(stdout)).toMatchObject({ room: 'online/a', connections: 3, visitors: 3, peak: 3 })
  })

  test('draws at the given time', async () => {
    const draw = async (file: string, time: string) => {
      await runCommand(['render', 'sine', '-o', at(file), '--time', time])
      return readFileSync(at(file))
    }
    const [noon, again, later] = [
      await draw('noon', '2026-01-01T12:00:00Z'),
      await draw('again', '2026-01-01T13:00:00+01:00'),
      await draw('later', '2026-01-01T12:00:00.500Z'),
    ]
    expect(again).toEqual(noon)
    expect(later).not.toEqual(noon)
  })

  test('names every wrong option, with exit code 2', async () => {
    const args = [
      'render',
      '/online/a b.png',
      '-o',
      'x.gif',
      '--visitors',
      '-1',
      '--time',
      'noon',
      '--nonsense',
    ]
    const { code, stderr } = await runCommand([...args, '--draw-timeout', '5', '--widgets', '/no/such'])
    expect(code).toBe(2)
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.split(': ')[0])
        .toSorted(),
    ).toEqual(['--draw-timeout', '--nonsense', '--output', '--time', '--visitors', '--widgets'].toSorted())
    // A key has its widget's grammar, so it is checked when the widgets are loaded.
    const wrongKey = await runCommand(['render', '/online/a b.png', '-o', '-'])
    expect(wrongKey.code).not.toBe(0)
    expect(wrongKey.stderr).toContain('key')
    expect(await runCommand(['render'])).toMatchObject({ code: 2 })
    expect((await runCommand(['render', 'online.png'])).stderr).toBe(
      '--output: expected a file to write, or - for standard output\n',
    )
    expect((await runCommand(['render', 'online.png', '-o', 'a.jpg'])).stderr).toBe(
      '--output: expected the extension .png, or none, got .jpg\n',
    )
    expect((await runCommand(['render', 'online.mjpeg', '-o', '-'])).stderr).toContain('use .jpg')
  })

  test('reports every wrong parameter, exits with 2, and writes nothing', async () => {
    const path = 'online.png?style=round&scale=9'
    expect(await runCommand(['render', path, '-o', at('wrong.png')])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'style: expected one of pill, box, got "round"\nscale: expected a number from 1 to 3, got "9"\n',
    })
    expect(existsSync(at('wrong.png'))).toBe(false)
  })

  test('draws the pictures within a picture, and names those that there are not', async () => {
    const draw = (path: string) => runCommand(['render', path, '-o', at('grid.png'), '--visitors', '4'])
    expect(await draw('grid?show=online,traffic-light&gap=0')).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(at('grid.png')).readUInt32BE(20)).toBeGreaterThanOrEqual(150)
    const { code, stderr } = await draw('grid?show=online,nothing')
    expect([code, stderr]).toEqual([2, 'show: nothing: there is no widget nothing\n'])
  })

  test('suggests the nearest widget for an unknown one, and exits with 2', async () => {
    const { code, stderr } = await runCommand(['render', 'onlin.png', '-o', '-'])
    expect([code, stderr]).toEqual([2, 'no widget onlin, did you mean online?\n'])
  })

  test('a widget that throws has exit code 1, with the file and the line', async () => {
    const { code, stdout, stderr } = await runCommand([
      'render',
      'throws.png',
      '-o',
      '-',
      '--widgets',
      fixtures,
    ])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^throws failed to draw\nError: .*secret detail[\s\S]*throws\.mjs:\d+:\d+/)
  })

  test('the line is that of the TypeScript that was written', async () => {
    const lines = [
      "import { defineWidget } from 'imgcast/widget'",
      'interface Anything { that: is }',
      'type is = gone',
      'type gone = string',
      'export default defineWidget({',
      "  title: 'Fails',",
      '  size: { width: 9, height: 9 },',
      '  draw() {',
      "    throw new Error('here' as string)",
      '  },',
      '})',
    ]
    writeFileSync(at('fails.ts'), lines.join('\n'))
    const { code, stderr } = await runCommand(['render', 'fails', '-o', '-', '--widgets', folder])
    expect(code).toBe(1)
    expect(stderr).toContain('fails.ts:9:')
  })

  test('stops waiting for a hanging widget after the draw timeout, and exits with 1', async () => {
    const args = ['render', 'loops.png', '-o', '-', '--widgets', fixtures, '--draw-timeout', '300ms']
    expect(await runCommand(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'loops took too long to draw\n',
    })
  })

  test('exits with 1 for a module that does not load, with its file and error', async () => {
    const { code, stderr } = await runCommand(['render', 'syntax-error', '-o', '-', '--widgets', broken])
    expect(code).toBe(1)
    expect(stderr).toMatch(/syntax-error\.mjs:\d+:\d+: SyntaxError/s)
  })

  test('prints a widget’s output to standard error, with the name of the widget', async () => {
    const module = `console.log('loaded')
      export default { title: 'T', size: { width: 9, height: 9 },
        async load() { await null; console.log('%s\\nline', 'two') }, draw() { console.error('hello') } }`
    writeFileSync(at('talks.mjs'), module)
    const { stdout, stderr } = await runCommand(['render', 'talks', '-o', at('talks'), '--widgets', folder])
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n').sort()).toEqual([
      'talks: hello',
      'talks: line',
      'talks: loaded',
      'talks: two',
    ])
  })

  test('--watch draws again when a module changes, also after a faulty one', {
    timeout: 60_000,
  }, async () => {
    const modules = mkdtempSync(at('watched-'))
    const module = (width: number) =>
      writeFileSync(
        join(modules, 'weather.mjs'),
        `export default { title: 'T', size: { width: ${width}, height: 9 },
          load() { throw new Error('no network') }, example: 5, draw() {} }`,
      )
    module(10)
    const args = ['render', 'weather', '-o', at('weather.png'), '--widgets', modules]
    const child = spawn(process.execPath, [MAIN, ...args, '--watch'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'exit')
    let printed = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const widthAfter = async (count: number) => {
      await eventually(() => expect(printed.match(/^wrote /gm)).toHaveLength(count), { timeout: 20_000 })
      return readFileSync(at('weather.png')).readUInt32BE(16)
    }
    try {
      // Example data: `load` never runs.
      expect(await widthAfter(1)).toBe(10)
      writeFileSync(join(modules, 'weather.mjs'), 'export default {')
      await eventually(() => expect(printed).toMatch(/weather\.mjs.*SyntaxError/), { timeout: 20_000 })
      module(12)
      expect(await widthAfter(2)).toBe(12)
    } finally {
      child.kill('SIGINT')
      await ended
    }
    const live = await runCommand([...args, '--live'])
    expect([live.code, live.stderr]).toEqual([1, expect.stringContaining('no network')])
  })

  test('a file that cannot be written has exit code 1', async () => {
    const { code, stderr } = await runCommand(['render', 'online', '-o', at('no/such/folder.png')])
    expect(code).toBe(1)
    expect(stderr).toContain('ENOENT')
  })
})
