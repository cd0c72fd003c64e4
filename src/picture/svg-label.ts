import { escapeXml } from './escape-xml.ts'

const ROOT = /<svg\b(?:[^>"']|"[^"]*"|'[^']*')*>/
const MAX_HEAD_LENGTH = 4_000

/** Gives an SVG that a widget wrote a title and a role, where it has none: a screen reader then reads it as an image. */
export function labelSvg(svg: string, alt: string): string {
  // What comes before the first tag is short: a longer one is searched no further.
  const root = ROOT.exec(svg.slice(0, MAX_HEAD_LENGTH))
  if (!root) return svg
  const [tag] = root
  const words = escapeXml(alt)
  const isEmpty = tag.endsWith('/>')
  const end = isEmpty ? tag.length - 2 : tag.length - 1
  const after = svg.slice(root.index + tag.length)
  const attributes =
    (/\srole\s*=/.test(tag) ? '' : ' role="img"') +
    (/\saria-label\s*=/.test(tag) ? '' : ` aria-label="${words}"`)
  const title = /<title[\s>]/.test(svg) ? '' : `<title>${words}</title>`
  const opened = `${svg.slice(0, root.index)}${tag.slice(0, end)}${attributes}>${title}`
  return isEmpty ? `${opened}</svg>${after}` : opened + after
}
