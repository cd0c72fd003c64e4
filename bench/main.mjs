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
import { updateResult } from './update-result.mjs'

const PUBLISHED = {
  json: '../docs/performance.json',
  picture: '../docs/images/performance.png',
  page: '../docs/performance.md',
}

const values = readOptions()
const unknown = (values.row ?? []).filter((name) => !TABLE.some((row) => row.name === name))
if (unknown.length > 0)
  refuse(`expected --row to be one of ${TABLE.map(({ name }) => name).join(', ')}, got ${unknown}`)

if (values.publish && (values.quick || values.smoke)) refuse('expected --publish without --quick and --smoke')

const scale = toScale(values.smoke ? 'smoke' : values.quick ? 'quick' : 'full')
const chosen = TABLE.filter(({ name }) => values.row?.includes(name) ?? true)
const from = performance.now()
const rows = []
for (const row of chosen) {
  const began = performance.now()
  const { name, title, target } = row
  rows.push({ name, title, target, date: today(), lines: await row.measure(scale) })
  process.stderr.write(`${row.name}: ${Math.round((performance.now() - began) / 1000)} s\n`)
}
const [{ model }] = cpus()
const result = {
  date: today(),
  machine: `${cpus().length} x ${model}, Node ${process.version}`,
  scale: scale.name,
  took: performance.now() - from,
  rows,
}
process.stdout.write(toText(result))

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
// A part of the table is published only on request, together with the rest as it was.
const isPublished = values.publish || (scale.name === 'full' && values.row === undefined)
const known = values.publish ? JSON.parse(readFileSync(at(PUBLISHED.json), 'utf8')) : undefined
const published = known ? updateResult(known, result, TABLE) : result
const place = (path) => (isPublished ? at(path) : undefined)
save(values.json ?? place(PUBLISHED.json), () => `${JSON.stringify(published, null, 2)}\n`)
save(values.picture ?? place(PUBLISHED.picture), () => toPicture(published))
const page = place(PUBLISHED.page)
save(page, () => putIntoPage(readFileSync(page, 'utf8'), published))

function today() {
  return new Date().toISOString().slice(0, 10)
}

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
    publish: { type: 'boolean', default: false },
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
