/** The picture of a snippet: its absolute address, its size in CSS pixels if known, and its text. */
export interface SnippetSource {
  url: string
  /** Omitted if only the drawing determines the size: a wrong size would distort the picture. */
  width?: number | undefined
  height?: number | undefined
  alt: string
}

/** A picture in the markup languages that people paste it into. */
export interface Snippets {
  html: string
  markdown: string
  bbcode: string
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
  return { html: toHtml(source), markdown: toMarkdown(source), bbcode: toBbcode(source) }
}

function toHtml({ url, width, height, alt }: SnippetSource): string {
  const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
  // In WebKit, no load event fires while a stream is open, but it does not wait for lazy pictures.
  return `<img src="${escapeHtml(url)}"${size} alt="${escapeHtml(toLine(alt))}" loading="lazy">`
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
