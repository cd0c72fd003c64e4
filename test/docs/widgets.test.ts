import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { eventually } from '../support/eventually.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'
import { describeWith, toolPath } from '../support/tools.ts'
import { section } from './markdown.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(root, 'docs/widgets.md'), 'utf8')

/** A numbered step of the walk: its fenced blocks in order, each with the words after its fence. */
interface Step {
  number: number
  blocks: { language: string; about: string; text: string }[]
}

const steps: Step[] = section(page, 'The walk')
  .split(/^(?=\*\*\d+\. )/m)
  .slice(1)
  .map((text) => ({
    number: Number(/\d+/.exec(text)?.[0]),
    blocks: [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
      ([, language = '', about = '', block = '']) => ({ language, about, text: block }),
    ),
  }))

/** What a person has in two terminals and a browser: where they are, and where the server is. */
class Walker {
  readonly #place: string
  readonly #tarball: string
  readonly #endings: (() => void)[] = []
  readonly #env: NodeJS.ProcessEnv
  #url = ''
  #stream: RawStream | undefined
  folder: string

  constructor(place: string, tarball: string) {
    this.#place = place
    this.folder = place
    this.#tarball = tarball
    const own = Object.entries(process.env).filter(([name]) => !/^(CI|NODE_|VITEST|IMGCAST_|npm_)/.test(name))
    const npm = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }
    this.#env = { ...Object.fromEntries(own), ...npm, IMGCAST_PORT: '0' }
  }

  /** Runs a block as in a terminal: a `cd` lasts. */
  run(block: string): { status: number | null; output: string } {
    // The package of this very checkout, packed: the one of the registry would be another.
    const script = block.replace(/^npm install imgcast$/m, `npm install '${this.#tarball}'`)
    const place = join(this.#place, 'place')
    const { status, stdout, stderr } = spawnSync('bash', ['-ec', `${script}\npwd > '${place}'`], {
      cwd: this.folder,
      env: this.#env,
      encoding: 'utf8',
    })
    if (status === 0) this.folder = readFileSync(place, 'utf8').trim()
    return { status, output: stdout + stderr }
  }

  async serve(block: string): Promise<void> {
    const server = spawn('bash', ['-ec', block], {
      cwd: this.folder,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#endings.push(() => process.kill(-Number(server.pid), 'SIGTERM'))
    let printed = ''
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    await eventually(() => expect(printed).toMatch(/http:\/\/localhost:\d+/), { timeout: 60_000 })
    this.#url = /http:\/\/localhost:\d+/.exec(printed)?.[0] ?? ''
  }

  async fetch(src: string): Promise<Buffer> {
    const response = await fetch(src.replace('http://localhost:9192', this.#url))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
    return Buffer.from(await response.arrayBuffer())
  }

  async look(html: string): Promise<void> {
    const [, src = '', width, height] = /src="([^"]+)" width="(\d+)" height="(\d+)"/.exec(html) ?? []
    expect(await decode(await this.fetch(src))).toMatchObject({
      width: Number(width),
      height: Number(height),
    })
    // The reader who has the page open while the widget is changed.
    this.#stream = await openStream(src.replace('http://localhost:9192', this.#url), { headers: chromium })
    this.#endings.push(() => this.#stream?.close())
    await this.#stream.nextPart()
  }

  async edit(file: string, diff: string): Promise<void> {
    const [from, to] = ['-', '+'].map((sign) =>
      diff
        .split('\n')
        .find((line) => line.startsWith(sign))
        ?.slice(1),
    )
    const before = this.#stream?.parts.at(-1)?.body ?? Buffer.of()
    const path = join(this.folder, file)
    const text = readFileSync(path, 'utf8')
    expect(text.split('\n')).toContain(from)
    writeFileSync(path, text.replace(`${from}\n`, `${to}\n`))
    await this.#stream?.waitFor(
      ({ parts }) => parts.at(-1)?.body.equals(before) === false,
      'the changed picture',
    )
  }

  close(): void {
    for (const end of this.#endings) end()
  }
}

let place: string
let walker: Walker

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'imgcast-walk-'))
  // Not built again: other tests run the built files at this moment.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', place], {
    cwd: root,
    encoding: 'utf8',
  })
  walker = new Walker(place, join(place, /"filename": "([^"]+)"/.exec(packed)?.[1] ?? ''))
})

afterAll(() => {
  walker.close()
  rmSync(place, { recursive: true })
})

describe('the walk', () => {
  const begun = performance.now()

  test('has its steps in order', () => {
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1))
    expect(steps.length).toBeGreaterThan(8)
  })

  test.each(steps)('step $number', { timeout: 180_000 }, async ({ blocks }) => {
    for (const { language, about, text } of blocks) {
      if (language === 'html') await walker.look(text)
      else if (language === 'diff') await walker.edit(about, text)
      else if (about === 'server') await walker.serve(text)
      else {
        const { status, output } = walker.run(text)
        expect({ status, output }).toMatchObject({ status: about === 'fails' ? 1 : 0 })
        if (about === 'fails') expect(output).toMatch(/differs in \d+ of \d+ pixels/)
      }
    }
  })

  test('leaves a test with its pictures, and a picture drawn without a server', async () => {
    for (const name of ['welcome', 'welcome-white']) {
      expect(existsSync(join(walker.folder, `widgets/pictures/${name}.png`))).toBe(true)
    }
    expect(await decode(readFileSync(join(walker.folder, 'hello.png')))).toMatchObject({ width: 680 })
    console.log(`the walk took ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  })

  test('leaves a module with valid types, which are checked', { timeout: 60_000 }, () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const check = (file: string) =>
      spawnSync(
        process.execPath,
        [
          tsc,
          '--noEmit',
          '--strict',
          '--verbatimModuleSyntax',
          '--target',
          'es2023',
          '--module',
          'nodenext',
          file,
        ],
        { cwd: walker.folder, encoding: 'utf8' },
      ).stdout
    expect(check('widgets/welcome.ts')).toBe('')
    const [, example = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(section(page, 'A widget')) ?? []
    writeFileSync(join(walker.folder, 'widgets/train.ts'), example)
    expect([example.slice(0, 6), check('widgets/train.ts')]).toEqual(['import', ''])
    const text = readFileSync(join(walker.folder, 'widgets/welcome.ts'), 'utf8')
    const wrong = text.replace(
      '{ greeting, background } = params',
      '{ greetings: greeting, background } = params',
    )
    writeFileSync(join(walker.folder, 'widgets/wrong.ts'), wrong)
    expect(check('widgets/wrong.ts')).toMatch(/wrong\.ts.*Property 'greetings' does not exist/)
  })
})

// After the walk, whose folder has the packed Imgcast as npm installs it.
describeWith(['node22', 'node24'], 'the packed Imgcast, installed', () => {
  const picture = `import { createCanvas, defineWidget, Image, loadImage } from 'imgcast/widget'
const dot = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#0f0"/></svg>'
const image: Image = await loadImage(Buffer.from(dot))
export default defineWidget({
  title: 'Two',
  size: { width: 20, height: 10 },
  load: ({ state }) => state.add('loads', 1),
  draw(ctx, { height }) {
    const canvas = createCanvas(10, 10)
    canvas.getContext('2d').fillRect(0, 0, 10, 10)
    ctx.drawImage(canvas, 0, 0)
    ctx.drawImage(image, 10, 0, 10, height)
  },
})
`

  beforeAll(() => {
    // Of no package: it has no `imgcast` to find.
    mkdirSync(join(place, 'elsewhere'))
    writeFileSync(join(place, 'elsewhere/two.ts'), picture)
    // As pnpm installs it: a link to a package whose dependencies lie beside it, where the app does not find them.
    const beside = join(place, 'pnpm/node_modules/.pnpm/imgcast@0/node_modules')
    mkdirSync(join(beside, '..'), { recursive: true })
    execFileSync('cp', ['-al', join(walker.folder, 'node_modules'), beside])
    symlinkSync('.pnpm/imgcast@0/node_modules/imgcast', join(place, 'pnpm/node_modules/imgcast'))
  })

  test.each([
    ['npm', 'node22', () => walker.folder],
    ['pnpm', 'node24', () => join(place, 'pnpm')],
  ])(
    'by %s, runs on %s with one copy of canvas for a widget in any folder',
    { timeout: 90_000 },
    async (_, node, folder) => {
      const copies = readdirSync(join(folder(), 'node_modules'), { recursive: true, encoding: 'utf8' })
      expect(copies.filter((file) => file.endsWith('@napi-rs/canvas/package.json'))).toHaveLength(1)
      const command = join(folder(), 'node_modules/imgcast/bin/imgcast.cjs')
      const args = [
        '--widgets',
        join(place, 'elsewhere'),
        '--store',
        `file:${join(place, `${node}.db`)}`,
        '--port',
        '0',
      ]
      const server = spawn(toolPath(node), [command, ...args], {
        cwd: folder(),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let printed = ''
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
      })
      try {
        await eventually(
          () =>
            expect([printed, server.exitCode]).toEqual([
              expect.stringMatching(/http:\/\/localhost:\d+/),
              null,
            ]),
          { timeout: 60_000 },
        )
        const response = await fetch(`${/http:\/\/localhost:\d+/.exec(printed)?.[0]}/two.png`)
        const { data } = await decode(Buffer.from(await response.arrayBuffer()))
        const pixel = (x: number) => Array.from(data.slice(x * 4, x * 4 + 4))
        expect([response.status, pixel(5), pixel(15)]).toEqual([200, [0, 0, 0, 255], [0, 255, 0, 255]])
      } finally {
        server.kill('SIGTERM')
      }
      expect(await once(server, 'exit')).toEqual([0, null])
    },
  )
})

describe('the reference', () => {
  const topics = join(root, 'docs/widgets')
  const page = [join(root, 'docs/widgets.md'), ...readdirSync(topics).map((file) => join(topics, file))]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const source = ['widget.ts', 'room-state.ts']
    .map((file) => readFileSync(join(root, 'src/widget', file), 'utf8'))
    .join('\n')
  const fieldsOf = (name: string) => {
    const body = new RegExp(`^export interface ${name}\\b[^{]*{$([\\s\\S]*?)^}$`, 'm').exec(source)?.[1] ?? ''
    return [...body.matchAll(/^ {2}(\w+)[?(:<]/gm)].map(([, field = '']) => field)
  }

  test.each([
    ['Widget', ''],
    ['LoadScope', ''],
    ['RoomScope', ''],
    ['Scene', ''],
    ['RoomState', 'state.'],
  ])('names every field of a %s', (name, owner) => {
    expect(fieldsOf(name).length).toBeGreaterThan(1)
    const code = [...page.matchAll(/`([\w.]+)[`(<]|await ([\w.]+)/g)].map(([, one, other]) => one ?? other)
    expect(code).toEqual(expect.arrayContaining(fieldsOf(name).map((field) => owner + field)))
  })

  test('names every kind of parameter', async () => {
    const { param } = await import('imgcast/widget')
    for (const kind of Object.keys(param)) expect(page).toContain(`| \`param.${kind}(`)
  })
})
