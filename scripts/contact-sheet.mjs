/**
 * Draws the contact sheet: every state of every built-in widget in the golden pictures, and states with letters of the
 * machine's own fonts, at 1x and 2x, on light and dark pages. `npm run contact-sheet [folder]` writes a PNG for each
 * and an `index.html` that shows them all.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.argv[2] ?? join(root, '.tmp/contact-sheet')
const jiti = createJiti(import.meta.url, { alias: { 'imgcast/widget': join(root, 'src/widget/author.ts') } })
/** @type {typeof import('../test/widgets/sheets.ts')} */
const { COLUMNS, drawSheet, machineSheets, sheets } = await jiti.import('../test/widgets/sheets.ts')

mkdirSync(folder, { recursive: true })
const parts = []
for (const [suffix, all] of [
  ['', sheets],
  ['-machine', machineSheets],
]) {
  for (const [name, states] of Object.entries(all)) {
    for (const scale of [1, 2]) {
      const file = `${name}${suffix}${scale === 1 ? '' : '@2x'}.png`
      const { png } = await drawSheet(name, scale, states)
      writeFileSync(join(folder, file), png)
      parts.push({ file, name, scale, states: states.map(([query]) => query || 'defaults') })
    }
  }
}
writeFileSync(join(folder, 'index.html'), toPage())
process.stdout.write(`${parts.length} sheets in ${folder}\n`)

function toPage() {
  const columns = COLUMNS.map(({ page, theme }) => `theme ${theme} on ${page}`).join(', ')
  const sections = parts.map(({ file, name, scale, states }) => {
    const rows = states.map((query) => `<li><code>${escapeHtml(query)}</code>`).join('')
    return `<h2>${name} at ${scale}x</h2><img src="${file}" alt="" loading="lazy"><ol>${rows}</ol>`
  })
  const style = 'body{font:15px/1.5 sans-serif;margin:2em;background:#ddd}img{max-width:100%}'
  return `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>${style}</style><p>Columns: ${columns}.</p>${sections.join('\n')}\n`
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
