import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderOnce } from 'imgcast/test'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compare, decode } from '../../src/picture/compare.ts'
import { runCommand } from '../support/command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string

beforeEach(() => {
  // Inside of the project, so that the written test finds `imgcast` as it would where it is installed.
  folder = mkdtempSync(join(root, 'test/.tmp-new-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('imgcast new', () => {
  test.each([
    ['ts', []],
    ['js', ['--js']],
  ])(
    'writes a widget (%s) that passes its own test, and prints the next steps',
    { timeout: 120_000 },
    async (ending, more) => {
      const { code, stdout, stderr } = await runCommand(['new', 'tea-party', '--folder', folder, ...more])
      expect([code, stderr]).toEqual([0, ''])
      expect(readdirSync(folder).toSorted()).toEqual(['tea-party.test.mjs', `tea-party.${ending}`].toSorted())
      expect(stdout).toContain('npx imgcast --widgets ')
      expect(stdout).toContain('http://localhost:9192/tea-party')
      const command = /node --test (\S+)/.exec(stdout)?.[1] ?? ''
      const { NODE_OPTIONS: _, CI: __, ...env } = process.env
      const runTest = (variables = {}) =>
        spawnSync(process.execPath, ['--test', command], {
          cwd: root,
          env: { ...env, ...variables },
          encoding: 'utf8',
        })
      expect(runTest()).toMatchObject({ status: 0 })
      expect(readdirSync(join(folder, 'pictures')).toSorted()).toEqual([
        'tea-party-white.png',
        'tea-party.png',
      ])
      expect(runTest({ CI: 'true' })).toMatchObject({ status: 0 })
      const module = join(folder, `tea-party.${ending}`)
      writeFileSync(module, readFileSync(module, 'utf8').replaceAll('22px', '11px'))
      const { status, stdout: told } = runTest()
      expect(status).toBe(1)
      expect(told).toMatch(/tea-party\.png differs in \d+ of \d+ pixels/)
    },
  )

  test('makes the folder one of modules in a package of CommonJS, for the sake of tsc', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    const inner = join(folder, 'widgets')
    for (const name of ['tea-party', 'tea-time']) await runCommand(['new', name, '--folder', inner])
    expect(readdirSync(inner)).toEqual([
      'package.json',
      'tea-party.test.mjs',
      'tea-party.ts',
      'tea-time.test.mjs',
      'tea-time.ts',
      'tsconfig.json',
    ])
    expect(readFileSync(join(inner, 'package.json'), 'utf8')).toBe('{ "type": "module" }\n')
    // Whatever a widget may contain is valid there, with Imgcast's types.
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/imgcast'))
    writeFileSync(join(inner, 'words.json'), '{ "title": "Top" }')
    writeFileSync(join(inner, 'sub.ts'), 'export enum Side { left, right }\n')
    writeFileSync(
      join(inner, 'top.tsx'),
      `import { defineWidget, loadImage } from 'imgcast/widget'
import { Side } from './sub.ts'
import words from './words.json'
const logo = await loadImage(new URL('logo.png', import.meta.url))
const card = (name: string) => <div style={{ left: Side.left }}>{name}</div>
export default defineWidget({
  title: words.title,
  size: { width: 10, height: 10 },
  load: () => ({ card: card('x') }),
  draw(ctx, { data }) {
    ctx.drawImage(logo, 0, 0)
    ctx.fillText(JSON.stringify(data.card), 0, 0)
  },
})
`,
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    writeFileSync(join(inner, 'wrong.mts'), 'export const wrong: string = 5\n')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', inner], { encoding: 'utf8' })
    expect(stdout.match(/\S+: error TS\d+/g)).toEqual([
      expect.stringMatching(/wrong\.mts\(1,14\): error TS2322$/),
    ])
  })

  test('--package writes an npm package, whose widgets are found by its name', {
    timeout: 60_000,
  }, async () => {
    const name = '@me/imgcast-tea-party'
    const written = await runCommand(['new', '--package', name, '--folder', join(folder, 'made')])
    expect([written.code, written.stderr]).toEqual([0, ''])
    const description = JSON.parse(readFileSync(join(folder, 'made/package.json'), 'utf8'))
    expect(description).toMatchObject({ name, keywords: ['imgcast-widget'], files: expect.any(Array) })
    mkdirSync(join(folder, 'node_modules/@me'), { recursive: true })
    symlinkSync(join(folder, 'made'), join(folder, 'node_modules', name))
    const main = join(root, 'dist/src/cli/main.js')
    const args = [main, 'render', 'tea-party', '-o', 'tea.png', '--widgets', name]
    const drawn = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect([drawn.status, drawn.stderr]).toEqual([0, ''])
    expect((await decode(readFileSync(join(folder, 'tea.png')))).width).toBe(340)
    const wrong = await runCommand(['new', '--package', 'Tea Party'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('npm package')])
  })

  test('never overwrites: it names the existing files, exits with 1, and writes nothing', async () => {
    writeFileSync(join(folder, 'tea-party.test.mjs'), 'mine')
    const { code, stderr } = await runCommand(['new', 'tea-party', '--folder', folder])
    expect(code).toBe(1)
    expect(stderr).toMatch(/tea-party\.test\.mjs already exists: nothing was written\n$/)
    writeFileSync(join(folder, 'tea-party.ts'), 'mine')
    const both = await runCommand(['new', 'tea-party', '--folder', folder])
    expect(both.stderr).toMatch(/tea-party\.ts, .*tea-party\.test\.mjs already exist: nothing was written\n$/)
    rmSync(join(folder, 'tea-party.ts'))
    expect(readdirSync(folder)).toEqual(['tea-party.test.mjs'])
    expect(readFileSync(join(folder, 'tea-party.test.mjs'), 'utf8')).toBe('mine')
  })

  test.each([
    ['Tea', 'Tea: expected a kebab-case file name like my-widget, since it is the name in the URL\n'],
    ['tea--party', 'tea--party: expected a kebab-case'],
    ['../tea', '../tea: expected a kebab-case'],
    ['api', "api: the name api is taken by the server's own URLs\n"],
  ])('a name like %s has exit code 2, with the rule', async (name, words) => {
    const { code, stderr } = await runCommand(['new', name, '--folder', folder])
    expect(code).toBe(2)
    expect(stderr).toContain(words)
    expect(readdirSync(folder)).toEqual([])
  })

  test('without a name, or with two, has exit code 2', async () => {
    expect(await runCommand(['new'])).toMatchObject({ code: 2, stderr: '<name>: is missing, see --help\n' })
    expect(await runCommand(['new', 'tea', 'coffee'])).toMatchObject({
      code: 2,
      stderr: 'coffee: unexpected argument, see --help\n',
    })
  })

  test('a folder that cannot be made has exit code 1', async () => {
    const { code, stderr } = await runCommand(['new', 'tea', '--folder', join(root, 'package.json')])
    expect(code).toBe(1)
    expect(stderr).toContain('cannot write to')
  })
})

describe('the widget it writes', () => {
  const draw = (options: object) => renderOnce(join(root, 'templates/my-widget.ts'), options)

  test('has one face more for one visitor more, up to as many as fit', async () => {
    const pictures = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (visitors) => decode((await draw({ visitors })).bytes)),
    )
    for (const [visitors, picture] of pictures.entries()) {
      const before = pictures[visitors - 1]
      if (before) expect(compare(picture, before).share).toBeGreaterThan(0.03)
    }
  })

  test.each(['width=240', 'width=600', 'background=white'])(
    'draws no words into the faces: %s',
    async (look) => {
      const most = { visitors: 888_888, params: `${look}&greeting=${'W'.repeat(40)}` }
      const [silent, loud] = await Promise.all(
        [{ ...most, params: `${look}&greeting=` }, most].map(async (each) =>
          decode((await draw(each)).bytes),
        ),
      )
      const right = (pixels: Awaited<ReturnType<typeof decode>> | undefined) => {
        const { width = 0, data = [] } = pixels ?? {}
        // The faces of the narrowest picture take 88 pixels at its right.
        return Array.from(data).filter((_, at) => (at / 4) % width > width - 88)
      }
      expect(right(loud)).toEqual(right(silent))
    },
  )
})
