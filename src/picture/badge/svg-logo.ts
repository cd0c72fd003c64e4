/** The elements of a logo. None of them loads anything, or takes time out of proportion to its length. */
const ELEMENTS: ReadonlySet<string> = new Set(
  'svg g defs title desc metadata path rect circle ellipse line polygon polyline linearGradient radialGradient stop clipPath style'.split(
    ' ',
  ),
)
const TAG = /<\/?([^\s/>]*)/g
const ROOT = /<svg\b[^<>]*>/
const SIDE = /\s(?:width|height)="(\d+(?:\.\d+)?)/g
const MAX_SIDE = 2_000
/** Event handlers, external references, and lines of millions of dashes. */
const FORBIDDEN =
  /\son[a-z]+\s*=|href\s*=\s*["'](?!#)|url\(\s*["']?(?!#)|@import|stroke-dasharray|<!|<\?(?!xml )/i

/** Describes why an SVG cannot be a logo; undefined if it can. */
export function findSvgLogoFault(svg: string): string | undefined {
  const text = withoutComments(svg)
  const root = ROOT.exec(text)?.[0]
  if (root === undefined) return 'expected an SVG'
  for (const [, name = ''] of text.matchAll(TAG)) {
    if (!name.startsWith('?') && !name.startsWith('!') && !ELEMENTS.has(name))
      return `expected an SVG of shapes, got <${name.slice(0, 20)}>`
  }
  const found = FORBIDDEN.exec(text)?.[0].trim()
  if (found !== undefined) return `expected an SVG without ${found.slice(0, 20)}`
  const isLarge = [...root.matchAll(SIDE)].some(([, side]) => Number(side) > MAX_SIDE)
  return isLarge ? `expected an SVG of at most ${MAX_SIDE} pixels a side` : undefined
}

/** In linear time, also for comments that never end. */
function withoutComments(svg: string): string {
  const [first = '', ...rest] = svg.split('<!--')
  return rest.reduce((text, part) => {
    const end = part.indexOf('-->')
    return end < 0 ? `${text}<!--${part}` : text + part.slice(end + 3)
  }, first)
}
