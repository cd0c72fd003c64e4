/** CSS pixels of each absolute unit (CSS Values 4, section 6.2). */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  pt: 96 / 72,
  pc: 16,
}
/** The size of an SVG that says none (CSS 2, section 10.3.2). */
const FALLBACK = { width: 300, height: 150 }
/** Characters of comments, declarations and attributes in which the root element is searched for. */
const MAX_SEARCHED = 65_536
const ATTRIBUTE = /\s(width|height|viewBox)\s{0,8}=\s{0,8}(?:"([^"]{0,200})"|'([^']{0,200})')/g
const LENGTH = /^\s*\+?(\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})(px|in|cm|mm|pt|pc)?\s*$/

/** Returns the size of an SVG document in CSS pixels, from its root element; undefined if its root is another one. */
export function readSvgSize(text: string): { width: number; height: number } | undefined {
  const root = findRoot(text.slice(0, MAX_SEARCHED))
  if (root === undefined) return undefined
  const attributes = readAttributes(root)
  const view = (attributes.viewBox ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number)
  const [, , across = Number.NaN, down = Number.NaN] = view.length === 4 ? view : []
  const ratio = across > 0 && down > 0 ? across / down : undefined
  const width = toPixels(attributes.width)
  const height = toPixels(attributes.height)
  if (width !== undefined && height !== undefined) return whole(width, height)
  if (ratio === undefined) return whole(width ?? FALLBACK.width, height ?? FALLBACK.height)
  if (width !== undefined) return whole(width, width / ratio)
  if (height !== undefined) return whole(height * ratio, height)
  return whole(across, down)
}

/** The start tag of the root element, behind any declaration, comments and instructions. */
function findRoot(text: string): string | undefined {
  let at = 0
  for (;;) {
    at = text.indexOf('<', at)
    if (at < 0) return undefined
    const skipped = [
      ['<!--', '-->'],
      ['<?', '?>'],
      ['<!', '>'],
    ].find(([start = '']) => text.startsWith(start, at))
    if (!skipped) break
    const end = text.indexOf(skipped[1] as string, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (!/^<svg[\s/>]/.test(text.slice(at, at + 5))) return undefined
  const end = text.indexOf('>', at)
  return end < 0 ? undefined : text.slice(at, end)
}

function readAttributes(tag: string): Readonly<Record<string, string>> {
  // The first of a name counts, as none may be given twice.
  const found = [...tag.matchAll(ATTRIBUTE)].reverse()
  return Object.fromEntries(found.map(([, name, double, single]) => [name, double ?? single ?? '']))
}

function toPixels(length: string | undefined): number | undefined {
  const [, number, unit = ''] = LENGTH.exec(length ?? '') ?? []
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 1)
}

function whole(width: number, height: number): { width: number; height: number } {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
}
