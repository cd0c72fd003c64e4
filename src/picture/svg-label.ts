import { escapeXml } from './escape-xml.ts'

/** The first tag stands near the beginning: one that comes later is not looked for. */
const MAX_HEAD_LENGTH = 4_000

/** Gives an SVG that a widget wrote a title and a role, where it has none: a screen reader then reads it as an image. */
export function labelSvg(svg: string, alt: string): string {
  const start = svg.slice(0, MAX_HEAD_LENGTH).indexOf('<svg')
  const end = endOfTag(svg, start)
  if (start < 0 || end < 0) return svg
  const tag = svg.slice(start, end)
  const words = escapeXml(alt)
  const isEmpty = tag.endsWith('/')
  const attributes =
    (/\srole=/.test(tag) ? '' : ' role="img"') + (/\saria-label=/.test(tag) ? '' : ` aria-label="${words}"`)
  const title = /<title[\s>]/.test(svg) ? '' : `<title>${words}</title>`
  const opened = `${svg.slice(0, start)}${isEmpty ? tag.slice(0, -1) : tag}${attributes}>${title}`
  const after = svg.slice(end + 1)
  return isEmpty ? `${opened}</svg>${after}` : opened + after
}

/** The place of the `>` that ends a tag; those in its attributes are not it. -1 without one. */
function endOfTag(svg: string, start: number): number {
  let quote = ''
  for (let at = start; at < start + MAX_HEAD_LENGTH && at < svg.length; at += 1) {
    const letter = svg.charAt(at)
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '>') return at
  }
  return -1
}
