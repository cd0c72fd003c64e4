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
  const { page, sources = [] } = source
  return {
    html: toHtml(source),
    markdown: toMarkdown(source),
    bbcode: toBbcode(source),
    ...(page !== undefined && { linked: `[${toMarkdown(source)}](${toMarkdownUrl(page)})` }),
    ...(sources.length > 0 && { picture: toPicture(source, sources) }),
  }
}

function toPicture(source: SnippetSource, sources: readonly SnippetVersion[]): string {
  const lines = sources.map(({ media, url, denseUrl }) => {
    const srcset = [`${url} 1x`, `${denseUrl} 2x`].map(escapeHtml).join(', ')
    return `  <source media="${media}" srcset="${srcset}">`
  })
  return ['<picture>', ...lines, `  ${toHtml(source)}`, '</picture>'].join('\n')
}

function toHtml({ url, denseUrl = url, width, height, alt }: SnippetSource): string {
  const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
  // In WebKit, no load event fires while a stream is open, but it does not wait for lazy pictures.
  const src = size ? denseUrl : url
  return `<img src="${escapeHtml(src)}"${size} alt="${escapeHtml(toLine(alt))}" loading="lazy">`
}

function toMarkdown({ url, alt }: SnippetSource): string {
  const words = toLine(alt).replace(/[\\`*_~[\]<>&|]/g, '\\$&')
  return `![${words}](${toMarkdownUrl(url)})`
}

function toBbcode({ url }: SnippetSource): string {
  return `[img]${percentEncode(url, /[\s[\]]/g)}[/img]`
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
