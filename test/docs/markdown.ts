/** The text of a page under a heading, up to the next heading of the same depth or less. @throws if there is none. */
export function section(page: string, heading: string): string {
  const start = new RegExp(`^(#+) ${heading}$`, 'm').exec(page)
  if (!start) throw new Error(`there is no heading ${heading}`)
  const rest = page.slice(start.index + start[0].length)
  const end = new RegExp(`^#{1,${start[1]?.length}} `, 'm').exec(rest)
  return end ? rest.slice(0, end.index) : rest
}

/** The lines of the first table whose first column is headed so; empty where there is none. */
export function tableOf(text: string, firstColumn: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} `))
  if (start < 0) return ''
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start, end < 0 ? undefined : end).join('\n')
}

/** A table as the pages write it: the first row is its head, and columns are aligned. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => length(row[column]))))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - length(cell))).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** The rows of every table whose head is exactly this, as cells. */
export function rowsOf(page: string, head: readonly string[]): string[][] {
  const rows: string[][] = []
  let inside = false
  for (const line of page.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim())
      : undefined
    if (!cells) inside = false
    else if (inside && !cells.every((cell) => /^-+$/.test(cell))) rows.push(cells)
    else if (cells.join() === head.join()) inside = true
  }
  return rows
}

/** The pictures and links of a page, in Markdown and in HTML, without those inside of code. */
export function linksOf(page: string): string[] {
  const prose = withoutCode(page)
  const markdown = [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
  const html = [...prose.matchAll(/\s(?:src|href)="([^"]+)"/g)]
  return [...markdown, ...html].map(([, link = '']) => link)
}

/** The anchors of a page's headings, as code hosts make them. */
export function anchorsOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(page: string): string {
  return page.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')
}

function length(text = ''): number {
  return [...text].length
}
