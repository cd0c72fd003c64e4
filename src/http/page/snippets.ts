/** What a snippet shows: a picture's absolute address, its size in CSS pixels where known, and its words. */
export interface SnippetSource {
  url: string
  /** Left out where only the picture knows: a wrong size would distort it. */
  width?: number | undefined
  height?: number | undefined
  alt: string
}

/** A picture in the languages people paste it into. */
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

/** Writes a picture for pasting, escaped as each language wants it. */
export function snippets(source: SnippetSource): Snippets {
  return { html: toHtml(source), markdown: toMarkdown(source), bbcode: toBbcode(source) }
}

function toHtml({ url, width, height, alt }: SnippetSource): string {
  const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
  // WebKit's load event never comes while a stream is open, but it does not wait for lazy pictures.
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
  // Markdown reads character references in addresses too: `&copy;` is a name of a parameter here.
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
