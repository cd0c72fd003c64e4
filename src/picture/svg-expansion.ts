/** An element, or all elements with one `id`. */
interface Node {
  /** Its children, or the elements with the `id`. */
  parts: Node[]
  /** What `href` names: drawn once. */
  uses: Node[]
  /** What `url(#…)` names: its descendants inherit it, so that each may draw it. */
  paints: Node[]
  /** Elements that it draws; undefined while they are being counted. */
  cost: number | undefined
}

/** Elements that references may add to a drawing: about a second of it. */
const MAX_ADDED = 50_000
/** A text of a few megabytes can hold more, which would take too much memory to count. */
const MAX_ELEMENTS = 100_000
/** Their references are links or targets, and draw nothing. */
const NO_USE = /^(?:a|script|set|animate\w{0,20})$/i
/** Gradients are colours, not drawings. */
const GRADIENT = /Gradient$/i
const PAINT = /url\(\s*["']?#([^)"'\s]+)/gi
const CHARACTER = /&#(?:(\d{1,7})|x([0-9a-f]{1,6}));/gi
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const

/**
 * Describes why an SVG's references to its own elements draw too much; undefined if they do not. Ten lines of `use`, each drawing
 * the line above ten times, would be ten billion elements. Takes time in proportion to the text.
 */
export function findSvgExpansion(svg: string): string | undefined {
  const { elements, root } = parseElements(svg)
  if (elements > MAX_ELEMENTS) return `expected an SVG of at most ${MAX_ELEMENTS} elements`
  if (!countCosts(root)) return 'expected an SVG whose elements do not contain references to themselves'
  if ((root.cost ?? 0) - elements <= MAX_ADDED) return undefined
  return `expected an SVG whose references draw up to ${MAX_ADDED} more elements`
}

/** Reads tags, attributes and nesting, and stops at too many: whatever else an XML parser would refuse does no harm here. */
function parseElements(svg: string): { elements: number; root: Node } {
  const ids = new Map<string, Node>()
  const idOf = (id: string) => {
    const node = ids.get(id) ?? createNode()
    ids.set(id, node)
    return node
  }
  const root = createNode()
  const open = [root]
  let elements = 1
  for (let at = svg.indexOf('<'); at >= 0 && elements <= MAX_ELEMENTS; at = svg.indexOf('<', at)) {
    const skipped = SKIPPED.find(([start]) => svg.startsWith(start, at))
    if (skipped) {
      const end = svg.indexOf(skipped[1], at + skipped[0].length)
      if (end < 0) break
      at = end
      continue
    }
    if (svg[at + 1] === '/') {
      if (open.length > 1) open.pop()
      at += 2
      continue
    }
    const { name, attributes, isClosed, end } = readTag(svg, at + 1)
    const node = createNode()
    elements += 1
    open.at(-1)?.parts.push(node)
    const canUse = !NO_USE.test(localName(name))
    for (const [attribute, value] of attributes) {
      if (attribute === 'id') {
        if (!GRADIENT.test(name)) idOf(value).parts.push(node)
      } else if (canUse && localName(attribute).toLowerCase() === 'href' && value.trim().startsWith('#'))
        node.uses.push(idOf(value.trim().slice(1)))
      else for (const [, id = ''] of value.matchAll(PAINT)) node.paints.push(idOf(id))
    }
    if (!isClosed) open.push(node)
    at = end
  }
  return { elements, root }
}

function createNode(): Node {
  return { parts: [], uses: [], paints: [], cost: undefined }
}

/** Reads a start tag from its name to its end. A `>` within quotes is not its end. */
function readTag(svg: string, begin: number) {
  const attributes: [string, string][] = []
  let from = begin
  for (let at = begin; ; at += 1) {
    const sign = svg[at]
    if (sign === '"' || sign === "'") {
      const before = svg.slice(from, at).trimEnd()
      const end = svg.indexOf(sign, at + 1)
      if (end < 0) return { name: '', attributes, isClosed: true, end: svg.length }
      const name = before.slice(0, -1).trimEnd().split(/[\s/]/).at(-1) ?? ''
      if (before.endsWith('=')) attributes.push([name, decode(svg.slice(at + 1, end))])
      at = end
      from = end + 1
    } else if (sign === undefined || sign === '>' || sign === '<') {
      const [name = ''] = svg.slice(begin, begin + 80).split(/[\s/>]/, 1)
      return { name, attributes, isClosed: svg[at - 1] === '/', end: at }
    }
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function decode(value: string): string {
  if (!value.includes('&#')) return value
  return value.replaceAll(CHARACTER, (_, decimal?: string, hex = '') => {
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}

/** Counts the elements that a node draws, and each node within once. Returns false if one contains itself. */
function countCosts(root: Node): boolean {
  const entered = new Set<Node>()
  // No recursion: a text can nest elements deeper than the call stack.
  const stack = [root]
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    const { parts, uses, paints } = node
    if (node.cost !== undefined) stack.pop()
    else if (entered.has(node)) {
      const inside = 1 + sum(parts) + sum(uses)
      node.cost = inside + inside * sum(paints)
      stack.pop()
    } else {
      entered.add(node)
      for (const needed of [...parts, ...uses, ...paints]) {
        if (needed.cost !== undefined) continue
        if (entered.has(needed)) return false
        stack.push(needed)
      }
    }
  }
  return true
}

function sum(nodes: readonly Node[]): number {
  return nodes.reduce((all, { cost = 0 }) => all + cost, 0)
}
