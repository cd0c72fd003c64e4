/** Runs the table, or a part of it: see README.md in this folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { putIntoPage } from './markdown.mjs'
import { toScale } from './measure.mjs'
import { toPicture } from './picture.mjs'
import { TABLE } from './table.mjs'
import { toText } from './text.mjs'

const PUBLISHED = {
  json: '../docs/performance.json',
  picture: '../docs/images/performance.png',
  page: '../docs/performance.md',
}

const values = readOptions()
const unknown = (values.row ?? []).filter((name) => !TABLE.some((row) => row.name === name))
if (unknown.length > 0)
  refuse(`expected --row to be one of ${TABLE.map(({ name }) => name).join(', ')}, got ${unknown}`)

const scale = toScale(values.smoke ? 'smoke' : values.quick ? 'quick' : 'full')
const chosen = TABLE.filter(({ name }) => values.row?.includes(name) ?? true)
const from = performance.now()
const rows = []
for (const row of chosen) {
  const began = performance.now()
  rows.push({ name: row.name, title: row.title, target: row.target, lines: await row.measure(scale) })
  process.stderr.write(`${row.name}: ${Math.round((performance.now() - began) / 1000)} s\n`)
}
const [{ model }] = cpus()
const result = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} x ${model}, Node ${process.version}`,
  scale: scale.name,
  took: performance.now() - from,
  rows,
}
process.stdout.write(toText(result))

// Only the whole table is published.
const whole = scale.name === 'full' && values.row === undefined
const published = (path) => (whole ? fileURLToPath(new URL(path, import.meta.url)) : undefined)
save(values.json ?? published(PUBLISHED.json), () => `${JSON.stringify(result, null, 2)}\n`)
save(values.picture ?? published(PUBLISHED.picture), () => toPicture(result))
const page = published(PUBLISHED.page)
save(page, () => putIntoPage(readFileSync(page, 'utf8'), result))

function save(path, make) {
  if (path === undefined) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, make())
}

function readOptions() {
  const options = {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    json: { type: 'string' },
    picture: { type: 'string' },
  }
  try {
    return parseArgs({ options }).values
  } catch (error) {
    const names = Object.keys(options).map((name) => `--${name}`)
    return refuse(`${error.message}; the options are ${names.join(', ')}`)
  }
}

function refuse(reason) {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}
