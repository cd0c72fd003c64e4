import { toCells } from './text.mjs'

const BEGIN = '<!-- bench: begin, written by npm run bench -->'
const END = '<!-- bench: end -->'

/** A page with a result's tables between its two marks. @throws Error if the marks are missing. */
export function putIntoPage(page, result) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`expected ${BEGIN} and ${END} in the page`)
  return `${page.slice(0, from + BEGIN.length)}\n\n${toMarkdown(result)}\n\n${page.slice(to)}`
}

function toMarkdown({ machine, date, rows }) {
  const blocks = rows.map(({ title, target, lines, date: measured = date }) => {
    const cells = lines.map((line) => `| ${toCells(line).join(' | ')} |`)
    const head = ['|  | Imgcast | control | ratio | target |  |', '| --- | --: | --: | --: | --: | --- |']
    const when = measured === date ? '' : ` Measured ${measured}.`
    return [`**${title}**: ${target}.${when}`, '', ...head, ...cells].join('\n')
  })
  return [`Measured ${date} on ${machine}.`, ...blocks].join('\n\n')
}
