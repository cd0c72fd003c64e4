const TAG = /<[^<>]+>/g
const DARK = '@media (prefers-color-scheme:dark)'
const COLOR = / (fill|stroke|fill-opacity|stroke-opacity|opacity|stop-color|stop-opacity)="([^"]*)"/g

/**
 * Puts a drawing for light pages and one for dark pages into one SVG; the reader's own setting chooses. Drawings of the same
 * shapes are written once, with the colours of dark pages in a style sheet; others follow each other.
 * @param light content with ids of the form `:n`.
 * @param prefix for names of classes, so that two pictures in one page do not share them.
 */
export function joinThemes(light: string, dark: string, prefix: string): string {
  if (light === dark) return light
  return mergeColors(light, dark, prefix) ?? stack(light, dark, prefix)
}

function mergeColors(light: string, dark: string, prefix: string): string | undefined {
  const others = dark.match(TAG) ?? []
  if (light.match(TAG)?.length !== others.length) return undefined
  const classes = new Map<string, string>()
  let isSame = true
  let index = 0
  const merged = light.replaceAll(TAG, (tag) => {
    const other = others[index] as string
    index += 1
    if (tag === other) return tag
    if (tag.replace(COLOR, '') !== other.replace(COLOR, '')) {
      isSame = false
      return tag
    }
    const rules = [...other.matchAll(COLOR)].map(([, name, value]) => `${name}:${value}`)
    // A colour that only the light drawing has must not stay.
    const missing = [...tag.matchAll(COLOR)].flatMap(([, name = '']) =>
      other.includes(` ${name}="`) ? [] : [`${name}:initial`],
    )
    const style = [...rules, ...missing].join(';')
    const name = classes.get(style) ?? `${prefix}${classes.size}`
    classes.set(style, name)
    return tag.replace(/^<\w+/, `$& class="${name}"`)
  })
  if (!isSame) return undefined
  const rules = [...classes].map(([style, name]) => `.${name}{${style}}`).join('')
  return `<style>${DARK}{${rules}}</style>${merged}`
}

function stack(light: string, dark: string, prefix: string): string {
  const [one, other] = [`${prefix}l`, `${prefix}d`]
  return (
    `<style>.${other}{display:none}${DARK}{.${one}{display:none}.${other}{display:inline}}</style>` +
    `<g class="${one}">${light}</g><g class="${other}">${markIds(dark)}</g>`
  )
}

/** Parts the ids of the second drawing from those of the first. */
function markIds(content: string): string {
  return content.replace(/( id="|url\(#|href="#):/g, '$1:d')
}
