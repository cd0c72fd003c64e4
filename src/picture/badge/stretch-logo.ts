const TAG = /<(svg|rect|image|text|path)((?:\s+[\w:-]+="[^"]*")*)/g
const NUMBER = /(\s(?:x|width|d)=")(M?)(-?[\d.]+)/g
const LOGO = /<image x="([\d.]+)"/
const LOGO_WIDTH = 14

/**
 * Makes room for a logo that is wider than high, for which badge-maker has no option: everything after the logo moves to
 * the right, and the box below it becomes wider.
 */
export function stretchLogo(svg: string, logoWidth: number): string {
  const more = logoWidth - LOGO_WIDTH
  const start = Number(LOGO.exec(svg)?.[1] ?? Number.NaN)
  if (more === 0 || Number.isNaN(start)) return svg
  const move = (at: number) => (at > start ? at + more : at)
  return svg.replace(TAG, (_tag, name: string, attributes: string) => {
    // Texts are drawn ten times as large and scaled down.
    const unit = name === 'text' ? 10 : 1
    const left = Number(/\sx="([\d.]+)"/.exec(attributes)?.[1] ?? 0) / unit
    const replace = (whole: string, before: string, command: string, text: string) => {
      const value = Number(text)
      const moved = before.includes('width') ? move(left + value) - move(left) : move(value / unit) * unit
      return moved === value ? whole : `${before}${command}${moved}`
    }
    return `<${name}${attributes.replace(NUMBER, replace)}`
  })
}
