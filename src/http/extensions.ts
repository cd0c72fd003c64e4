import type { Format, StreamFormat } from '../picture/frame.ts'

/**
 * One extension of a picture's path. Delivery: `negotiated` between a stream, a still and a page; always a `stream`;
 * always one `still` file, or a page; always `data`; always `words`.
 */
type ExtensionRow =
  | { delivery: 'negotiated'; format: StreamFormat; label?: string }
  | { delivery: 'stream'; format: StreamFormat; label?: undefined }
  | { delivery: 'still'; format: Format; label?: string }
  | { delivery: 'data'; format?: undefined; label?: undefined }
  | { delivery: 'words'; format?: undefined; label?: undefined }

/** Every extension of a picture's path, in the order of messages. Those with a `label` are the choices on a picture's page. */
export const EXTENSIONS = {
  png: { delivery: 'negotiated', format: 'png', label: 'PNG' },
  webp: { delivery: 'negotiated', format: 'webp', label: 'WebP' },
  jpg: { delivery: 'negotiated', format: 'jpeg', label: 'JPEG' },
  jpeg: { delivery: 'negotiated', format: 'jpeg' },
  gif: { delivery: 'still', format: 'gif', label: 'GIF' },
  svg: { delivery: 'still', format: 'svg', label: 'SVG' },
  bmp: { delivery: 'still', format: 'bmp', label: 'BMP' },
  mjpeg: { delivery: 'stream', format: 'jpeg' },
  json: { delivery: 'data' },
  txt: { delivery: 'words' },
} as const satisfies Record<string, ExtensionRow>

/** An extension of a picture's path. */
export type Extension = keyof typeof EXTENSIONS

/** An extension that a picture's page can have: one of a picture that a page can show as a file. */
export type PageExtension = {
  [Name in Extension]: (typeof EXTENSIONS)[Name]['delivery'] extends 'negotiated' | 'still' ? Name : never
}[Extension]

/** Whether a text is a known extension, without its dot. */
export function isExtension(text: string): text is Extension {
  return Object.hasOwn(EXTENSIONS, text)
}

/** The row of an extension, as any row. */
export function extensionRow(extension: Extension): ExtensionRow {
  return EXTENSIONS[extension]
}

/** The format of the pictures of an extension: PNG for data, words and no extension. */
export function formatOf(extension: Extension | undefined): Format {
  return (extension && extensionRow(extension).format) ?? 'png'
}

/** Whether an extension is that of a picture, and not of its data or words. */
export function isPicture(extension: Extension): boolean {
  return extensionRow(extension).format !== undefined
}

/** The choices of formats on a picture's page. */
export function pageFormats(): { label: string; extension: PageExtension }[] {
  return Object.keys(EXTENSIONS).flatMap((name) => {
    const { label } = extensionRow(name as Extension)
    return label === undefined ? [] : [{ label, extension: name as PageExtension }]
  })
}
