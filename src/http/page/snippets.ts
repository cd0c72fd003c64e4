/** The picture of a snippet: its absolute address, its size in CSS pixels if known, and its text. */
export interface SnippetSource {
  url: string
  /** Omitted if only the drawing determines the size: a wrong size would distort the picture. */
  width?: number | undefined
  height?: number | undefined
  alt: string
  /** The address at two device pixels per CSS pixel, for tags that say the size. @default `url` */
  denseUrl?: string | undefined
  /** The absolute address of the picture's page. @default none */
  page?: string | undefined
  /** Other versions of the picture, for readers whose settings match. @default none */
  sources?: readonly SnippetVersion[] | undefined
  /** How readers click on the picture. @default they cannot */
  clicks?: SnippetClicks | undefined
  /** The absolute address of the module that defines `<live-img>`. @default none */
  module?: string | undefined
}

/** A click on a picture. */
export interface SnippetClicks {
  /** The absolute address. */
  url: string
  fields: readonly SnippetField[]
}

/** A field of a form. */
export interface SnippetField {
  name: string
  label: string
  /** The maximum number of characters; undefined for other values than text. */
  max: number | undefined
}

/** A version of a picture for some readers. */
export interface SnippetVersion {
  /** A media query. */
  media: string
  url: string
  denseUrl: string
}

/** A picture in the markup languages that people paste it into. */
export interface Snippets {
  html: string
  markdown: string
  bbcode: string
  /** Markdown that links to the picture's page; only with a `page`. */
  linked?: string
  /** A `<picture>` for the reader's settings; only with `sources`. */
  picture?: string
  /** HTML with a picture to click on, and the form of its fields; only with `clicks`. */
  clicks?: string
  /** The same with the picture as a button, for pages that allow forms and no `ismap`; only with `clicks`. */
  button?: string
  /** A `<live-img>` for pages with scripts; only with a `module`. */
  script?: string
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Writes a picture for pasting, with the escapes of each language. */
export function snippets(source: SnippetSource): Snippets {
  const { page, sources = [], clicks, module } = source
  return {
    html: toHtml(source),
    markdown: toMarkdown(source),
    bbcode: toBbcode(source),
    ...(page !== undefined && { linked: `[${toMarkdown(source)}](${toMarkdownUrl(page)})` }),
    ...(sources.length > 0 && { picture: toPicture(source, sources) }),
    ...(clicks && { clicks: toClicks(source, clicks), button: toButton(source, clicks) }),
    ...(module !== undefined && { script: toScript(source, module) }),
  }
}

function toPicture(source: SnippetSource, sources: readonly SnippetVersion[]): string {
  const lines = sources.map(({ media, url, denseUrl }) => {
    const srcset = [`${url} 1x`, `${denseUrl} 2x`].map(escapeHtml).join(', ')
    return `  <source media="${media}" srcset="${srcset}">`
  })
  return ['<picture>', ...lines, `  ${toHtml(source)}`, '</picture>'].join('\n')
}

function toScript(source: SnippetSource, module: string): string {
  return `<script type="module" src="${escapeHtml(module)}"></script>\n<live-img ${toAttributes(source)}></live-img>`
}

function toHtml(source: SnippetSource): string {
  return `<img ${toAttributes(source)}>`
}

function toAttributes({ url, denseUrl = url, width, height, alt }: SnippetSource): string {
  const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
  // In WebKit, no load event fires while a stream is open, but it does not wait for lazy pictures.
  const src = size ? denseUrl : url
  return `src="${escapeHtml(src)}"${size} alt="${escapeHtml(toLine(alt))}" loading="lazy"`
}

/** The response to a click goes to a hidden frame: in the page itself, it would stop the pictures of most browsers. */
const SINK = '<iframe name="sink" hidden></iframe>'

function toClicks(source: SnippetSource, { url, fields }: SnippetClicks): string {
  const image = toHtml(source).replace('<img ', '<img ismap ')
  const link = `<a href="${escapeHtml(url)}" target="sink">${image}</a>`
  const inputs = fields.map(({ name, label, max }) => {
    const words = escapeHtml(toLine(label))
    const limit = max === undefined ? '' : ` maxlength="${max}"`
    return `  <input name="${name}"${limit} placeholder="${words}" aria-label="${words}">`
  })
  const form = [`<form action="${escapeHtml(url)}" method="post" target="sink">`, ...inputs]
  const lines = fields.length > 0 ? [...form, '  <button>Send</button>', '</form>'] : []
  return [SINK, link, ...lines].join('\n')
}

function toButton(source: SnippetSource, { url }: SnippetClicks): string {
  const input = toHtml(source).replace('<img ', '<input type="image" ').replace(' loading="lazy"', '')
  const form = `<form action="${escapeHtml(url)}" method="post" target="sink">`
  return [SINK, `${form}${input}</form>`].join('\n')
}

function toMarkdown({ url, alt }: SnippetSource): string {
  const words = toLine(alt).replace(/[\\`*_~[\]<>&|]/g, '\\$&')
  return `![${words}](${toMarkdownUrl(url)})`
}

function toBbcode({ url, page, clicks }: SnippetSource): string {
  const [image, link] = [url, page ?? ''].map((each) => percentEncode(each, /[\s[\]]/g))
  // BBCode has no `ismap`: readers click on the picture's page.
  return clicks && page ? `[url=${link}][img]${image}[/img][/url]` : `[img]${image}[/img]`
}

function toMarkdownUrl(url: string): string {
  // Markdown also decodes character references in addresses: `&copy` may be a parameter.
  return percentEncode(url, /[\s()<>\\]/g).replace(/&(?=#?\w+;)/g, '&amp;')
}

function percentEncode(url: string, characters: RegExp): string {
  return url.replace(
    characters,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => HTML_ESCAPES[found] ?? found)
}

function toLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
