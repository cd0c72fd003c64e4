/**
 * Updates docs/pictures.md: `npm run picture-docs` rewrites its tables of parameters from the widgets, and draws
 * `docs/images/<widget>-styles.png`, the styles of each built-in on a light page and a dark one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'

const root = fileURLToPath(new URL('..', import.meta.url))
const jiti = createJiti(import.meta.url, { alias: { 'imgcast/widget': join(root, 'src/widget/author.ts') } })
/** @type {typeof import('../test/docs/picture-tables.ts')} */
const { parameterTable, SECTIONS } = await jiti.import('../test/docs/picture-tables.ts')
/** @type {typeof import('../test/docs/markdown.ts')} */
const { section, tableOf } = await jiti.import('../test/docs/markdown.ts')
/** @type {typeof import('../test/widgets/sheets.ts')} */
const { drawSheet, styleSheets } = await jiti.import('../test/widgets/sheets.ts')

const page = join(root, 'docs/pictures.md')
let text = readFileSync(page, 'utf8')
for (const [name, widget] of Object.entries(SECTIONS)) {
  const whole = section(text, name)
  text = text.replace(whole, () =>
    whole.replace(tableOf(whole, 'Parameter'), () => parameterTable(name, widget)),
  )
}
writeFileSync(page, text)
for (const [name, states] of Object.entries(styleSheets)) {
  const { png } = await drawSheet(name, 2, states, 2)
  writeFileSync(join(root, 'docs/images', `${name}-styles.png`), png)
}
