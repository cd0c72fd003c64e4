import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Eta } from 'eta'
import { MAX_PIXELS } from '../../picture/encode.ts'
import { lookSpecs } from '../../widget/look-table.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { isTheme } from '../../widget/param.ts'
import { pathOfRoom } from '../../widget/room.ts'
import type { Size } from '../../widget/widget.ts'
import { type Extension, extensionRow, formatOf, type PageExtension, pageFormats } from '../extensions.ts'
import type { ErrorReport } from './error-report.ts'
import { type Exhibit, toExhibitQuery, toGalleryOrder } from './gallery-order.ts'
import { readPageLook, sizeOf, toRows } from './page-look.ts'
import { type Play, toPlay } from './play.ts'
import type { Site } from './site.ts'
import { type Snippets, snippets } from './snippets.ts'

/** Options of a gallery. */
export interface GalleryOptions {
  /**
   * The number of streams; the other pictures are stills. Browsers open six connections to an HTTP/1.1 host: while six
   * streams are open nothing else loads, not even the next page. @default all
   */
  live?: number | undefined
  /** Why the last drawing of a widget failed, by the widget's name. @default no failures */
  failures?: ReadonlyMap<string, ErrorReport> | undefined
  /** The pictures in words, by the widget's name. @default their titles */
  alts?: ReadonlyMap<string, string> | undefined
}

/** The room of a picture's page, and the extension in the page's address. */
export interface PageRoom {
  key: string
  /** @default none: the page shows the PNG */
  extension?: PageExtension | undefined
}

/** A module that does not load, or whose newest version does not. */
export interface BrokenModule {
  /** The widget's name; empty for a folder that cannot be read. */
  name: string
  report: ErrorReport
}

/** The errors of a page's widget. */
export interface PictureReports {
  /** Why its newest code does not load, while the old code keeps running. */
  load?: ErrorReport | undefined
  /** Why the last drawing of the room failed. */
  draw?: ErrorReport | undefined
}

/** An error, as a page shows it. */
export interface PageError {
  status: number
  title: string
  detail: string
  /** The requested path, if nothing was found there. */
  asked?: string | undefined
}

interface Picture {
  site: Site
  manifest: Manifest
  key: string
  extension: PageExtension
  query: URLSearchParams
  size: Size | undefined
  /** What it shows, in words. */
  alt: string
}

interface Image {
  src: string
  /** The picture at scales 1 and 2, if only the drawing determines its size. */
  srcset: string | undefined
  size: Size | undefined
  alt: string
}

/** A page as link previews show it. */
export interface PageMeta {
  title: string
  description: string
  /** Absolute addresses. */
  url: string
  image: string
  /** Pixels of the image, if known. */
  size: Size | undefined
  /** The image in words. */
  alt: string
}

/** The folder of the pages' static files (`assets`) and templates (`views`). */
export function publicFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('#public/assets/style.css')))
}

/** The pages: rendered on the server, without scripts. */
export class Views {
  readonly #eta = new Eta()

  constructor() {
    const folder = join(publicFolder(), 'views')
    for (const file of readdirSync(folder)) {
      this.#eta.loadTemplate(`@${basename(file, '.eta')}`, readFileSync(join(folder, file), 'utf8'))
    }
  }

  /** The gallery: every widget, the owner's before the built-in ones, and every module that does not load. */
  gallery(
    site: Site,
    widgets: readonly Manifest[],
    broken: readonly BrokenModule[],
    { live = Number.POSITIVE_INFINITY, failures, alts }: GalleryOptions = {},
  ): string {
    return this.#eta.render('@gallery', {
      site,
      cards: toGalleryOrder(widgets, live).map((exhibit) => ({
        ...toCard(site, exhibit, alts?.get(exhibit.manifest.name)),
        failure: failures?.get(exhibit.manifest.name),
        report: broken.find(({ name }) => name === exhibit.manifest.name)?.report,
      })),
      broken: broken.map(({ name, report }) => ({
        report,
        goesOn: widgets.some((manifest) => manifest.name === name),
      })),
    })
  }

  /** The page of one picture, with a form for its look and snippets of this look. */
  picture(
    site: Site,
    manifest: Manifest,
    room: PageRoom,
    query: URLSearchParams,
    reports: PictureReports = {},
    alt = manifest.title,
  ): string {
    const { key, extension = 'png' } = room
    const look = readPageLook(manifest, extension, query)
    const picture: Picture = {
      site,
      manifest,
      key,
      extension,
      query: look.query,
      size: look.size,
      alt,
    }
    const image = toImage(picture)
    return this.#eta.render('@picture', {
      site,
      manifest,
      look,
      reports,
      key,
      image,
      snippets: toSnippets(picture, true),
      play: playOf(picture),
      page: pageOf(picture, 'png'),
      meta: toMeta(picture),
      action: pageOf(picture, extension),
      changed: look.query.size > 0 || look.faults.length > 0,
      live: extensionRow(extension).delivery === 'negotiated',
      formats: toFormats(picture),
      data: pathOf(picture, 'json') + toSearch(look.query),
      words: pathOf(picture, 'txt') + toSearch(look.query),
      stream: pathOf(picture, 'mjpeg') + toSearch(look.query),
      still: pathOf(picture, extension) + toSearch(look.query, { delivery: 'still' }),
    })
  }

  /** Renders a template, by its name. */
  page(template: string, facts: object): string {
    return this.#eta.render(`@${template}`, facts)
  }

  /** The page that shows an error. */
  refusedClick(site: Site, reason: string): string {
    return this.#eta.render('@refused', { site, reason })
  }

  error(site: Site, error: PageError, report?: ErrorReport): string {
    return this.#eta.render('@error', { site, error, report })
  }
}

function toCard(site: Site, { manifest, isLive }: Exhibit, alt = manifest.title): object {
  const query = new URLSearchParams()
  const size = sizeOf(manifest, query)
  const picture: Picture = { site, manifest, key: manifest.key.default, extension: 'png', query, size, alt }
  return {
    manifest,
    isLive,
    // A still would not show what a click changes: its page does.
    play: isLive ? playOf(picture) : undefined,
    page: pageOf(picture, 'png'),
    image: toImage(picture, toExhibitQuery({ manifest, isLive })),
    snippets: toSnippets(picture),
    rows: toRows(manifest.params),
    commonRows: toRows(lookSpecs(manifest)),
  }
}

function toImage(picture: Picture, more: Record<string, string> = {}): Image {
  const { extension, query, size, alt } = picture
  const at = (scale: string) => pathOf(picture, extension) + toSearch(query, { scale, ...more })
  // Without a size in the tag, a picture takes its own: an SVG has one, others take it from the scale in `srcset`.
  const srcset = size || extension === 'svg' ? undefined : `${at('1')} 1x, ${at('2')} 2x`
  return { src: at(isDense(picture) ? '2' : '1'), srcset, size, alt }
}

function playOf({ site, manifest, key, query }: Picture): Play | undefined {
  return toPlay(manifest, `${site.base}${pathOfRoom({ widget: manifest.name, key })}`, query)
}

function toSnippets(picture: Picture, hasScript = false): Snippets {
  const { site, extension, query, size, alt } = picture
  const path = pathOf(picture, extension).slice(site.base.length)
  const at = (more: Record<string, string>) => site.url + path + toSearch(query, more)
  const dense = isDense(picture) && extension !== 'svg' ? { scale: '2' } : undefined
  const page = site.url + pageOf(picture, extension).slice(site.base.length) + toSearch(query)
  const versions = extension === 'svg' ? [] : toVersions(picture)
  const sources = versions.map(({ media, more }) => {
    return { media, url: at(more), denseUrl: at({ ...more, scale: '2' }) }
  })
  const play = extension === 'svg' ? undefined : playOf(picture)
  return snippets({
    clicks: play && { url: site.url + play.action.slice(site.base.length), fields: play.fields },
    url: at({}),
    denseUrl: dense && at(dense),
    ...size,
    alt,
    page,
    sources,
    module:
      hasScript && extensionRow(extension).delivery === 'negotiated' ? `${site.url}/live-img.js` : undefined,
  })
}

/** The versions of a picture for readers who prefer dark pages, or less motion. */
function toVersions({ manifest, query }: Picture): { media: string; more: Record<string, string> }[] {
  const still = { delivery: 'still', ...(manifest.loops && { animate: 'off' }) }
  const isMoving = manifest.loops || manifest.ticks || manifest.fps !== undefined
  const isThemed = isTheme(manifest.params.theme) && !query.has('theme')
  const [calm, dark] = ['(prefers-reduced-motion: reduce)', '(prefers-color-scheme: dark)']
  return [
    ...(isMoving && isThemed ? [{ media: `${calm} and ${dark}`, more: { theme: 'dark', ...still } }] : []),
    ...(isMoving ? [{ media: calm, more: { ...(isThemed && { theme: 'light' }), ...still } }] : []),
    ...(isThemed ? [{ media: dark, more: { theme: 'dark' } }] : []),
    ...(isThemed ? [{ media: '(prefers-color-scheme: light)', more: { theme: 'light' } }] : []),
  ]
}

/** Whether a picture can be shown at two device pixels per CSS pixel: its size is known and not too large. */
function isDense({ size }: Picture): boolean {
  return size !== undefined && size.width * size.height * 4 <= MAX_PIXELS
}

function toFormats(picture: Picture): object[] {
  return pageFormats().map(({ label, extension }) => ({
    label,
    href: pageOf(picture, extension) + toSearch(picture.query),
    current: formatOf(extension) === formatOf(picture.extension),
  }))
}

/** The address of a picture's page: without an extension for a PNG, so that it looks like a page's. */
function pageOf(picture: Picture, extension: PageExtension): string {
  const path = pathOf(picture, extension)
  return extension === 'png' ? path.slice(0, -'.png'.length) : path
}

function pathOf({ site, manifest, key }: Picture, extension: Extension): string {
  return `${site.base}${pathOfRoom({ widget: manifest.name, key })}.${extension}`
}

function toSearch(query: URLSearchParams, more: Record<string, string> = {}): string {
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) all.set(name, value)
  if (more.scale === '1') all.delete('scale')
  return all.size > 0 ? `?${all}` : ''
}

/** What link previews show of a picture's page (https://ogp.me): a still of this look. */
function toMeta(picture: Picture): PageMeta {
  const { site, manifest, query, size, alt } = picture
  const path = pathOf(picture, 'png').slice(site.base.length)
  const scale = isDense(picture) ? '2' : '1'
  return {
    title: manifest.title,
    description: manifest.about,
    url: site.url + pageOf(picture, 'png').slice(site.base.length) + toSearch(query),
    image: site.url + path + toSearch(query, { scale, delivery: 'still' }),
    alt,
    size: size && { width: size.width * Number(scale), height: size.height * Number(scale) },
  }
}
