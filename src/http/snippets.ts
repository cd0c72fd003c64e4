/** What a snippet shows: a picture's absolute address, its size in CSS pixels where known, and its words. */
export interface SnippetSource {
  url: string
  /** Where a click on the picture leads. @default nowhere */
  page?: string | undefined
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

function toHtml({ url, page, width, height, alt }: SnippetSource): string {
  const size = width === undefined || height === undefined ? '' : ` width="${width}" height="${height}"`
  // WebKit's load event never comes while a stream is open, but it does not wait for lazy pictures.
  const img = `<img src="${escapeHtml(url)}"${size} alt="${escapeHtml(toLine(alt))}" loading="lazy">`
  return page === undefined ? img : `<a href="${escapeHtml(page)}">${img}</a>`
}

function toMarkdown({ url, page, alt }: SnippetSource): string {
  const words = toLine(alt).replace(/[\\`*_~[\]<>&|]/g, '\\$&')
  const img = `![${words}](${toMarkdownUrl(url)})`
  return page === undefined ? img : `[${img}](${toMarkdownUrl(page)})`
}

function toBbcode({ url, page }: SnippetSource): string {
  const img = `[img]${percentEncode(url, /[\s[\]]/g)}[/img]`
  return page === undefined ? img : `[url=${percentEncode(page, /[\s[\]]/g)}]${img}[/url]`
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
