/** The SVG of a badge without the suffix of its ids, as badge-maker writes it for a page with no other. */
export function withoutSuffix(svg: string): string {
  const [, suffix] = / id="[a-z]+([0-9a-f]{6})"/.exec(svg) ?? []
  return suffix === undefined ? svg : svg.replaceAll(suffix, '')
}
