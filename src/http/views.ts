import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Eta } from 'eta'
import { MAX_PIXELS } from '../picture/encode.ts'
import type { Size } from '../widget/define-widget.ts'
import { lookSpecs } from '../widget/look.ts'
import { type Manifest, usualLength } from '../widget/manifest.ts'
import type { Extension } from './negotiate.ts'
import { type PageExtension, readPageLook, toRows } from './page-look.ts'
import { type Snippets, snippets } from './snippets.ts'
import type { Trouble } from './trouble.ts'

/** Where the pages are. */
export interface Site {
  /** The router's absolute address without a trailing slash: `https://pics.example.org/live`. */
  url: string
  /** The path the router is mounted on: `` or `/live`. */
  base: string
}

/** How a gallery is shown. */
export interface GalleryOptions {
  /**
   * How many pictures are streams, the others being stills. Browsers open six connections to an HTTP/1.1 host:
   * behind six streams nothing else loads, not even the next page. @default all
   */
  live?: number | undefined
}

/** The room of a picture's page, and the ending of the page's address. */
export interface PageRoom {
  key: string
  /** @default none, which shows the PNG */
  extension?: PageExtension | undefined
}

/** A module that does not load, or whose newest code does not. */
export interface BrokenModule {
  /** The widget's name; empty for a folder that cannot be read. */
  name: string
  trouble: Trouble
}

/** What is wrong with the widget of a page. */
export interface PictureTroubles {
  /** Why its newest code does not load, while that from before goes on. */
  load?: Trouble | undefined
  /** Why the room's newest picture could not be drawn. */
  draw?: Trouble | undefined
}

interface Picture {
  site: Site
  manifest: Manifest
  key: string
  extension: PageExtension
  query: URLSearchParams
  size: Size | undefined
}

interface Image {
  src: string
  width: number
  height: number
  alt: string
  /** Shown in the size that comes, as the one above may be wrong. */
  ownSize: boolean
}

const FORMATS: Readonly<Record<string, PageExtension>> = {
  PNG: 'png',
  WebP: 'webp',
  JPEG: 'jpg',
  GIF: 'gif',
  SVG: 'svg',
}

/** The folder of the pages' static files (`assets`) and of their templates (`views`). */
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

  /** Shows every widget, and every module that is none. */
  gallery(
    site: Site,
    widgets: readonly Manifest[],
    broken: readonly BrokenModule[],
    { live = Number.POSITIVE_INFINITY }: GalleryOptions = {},
  ): string {
    return this.#eta.render('@gallery', {
      site,
      cards: widgets.map((manifest, index) => ({
        ...toCard(site, manifest, index < live),
        trouble: broken.find(({ name }) => name === manifest.name)?.trouble,
      })),
      broken: broken.map(({ name, trouble }) => ({
        trouble,
        goesOn: widgets.some((manifest) => manifest.name === name),
      })),
    })
  }

  /** Shows one picture, large, with a form for its look and the snippets of exactly this look. */
  picture(
    site: Site,
    manifest: Manifest,
    room: PageRoom,
    query: URLSearchParams,
    troubles: PictureTroubles = {},
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
    }
    const image = toImage(picture)
    return this.#eta.render('@picture', {
      site,
      manifest,
      look,
      troubles,
      key,
      image,
      snippets: toSnippets(picture),
      page: pageOf(picture, 'png'),
      action: pageOf(picture, extension),
      changed: look.query.size > 0 || look.faults.length > 0,
      live: extension !== 'gif' && extension !== 'svg',
      formats: toFormats(picture),
      data: pathOf(picture, 'json') + toSearch(look.query),
      stream: pathOf(picture, 'mjpeg') + toSearch(look.query),
      still: pathOf(picture, extension) + toSearch(look.query, { delivery: 'still' }),
    })
  }

  /** Tells what went wrong to somebody who opened an address as a page. */
  error(site: Site, error: { status: number; title: string; detail: string }, trouble?: Trouble): string {
    return this.#eta.render('@error', { site, error, trouble })
  }
}

function toCard(site: Site, manifest: Manifest, live: boolean): object {
  const { size, shows } = manifest
  const picture: Picture = {
    site,
    manifest,
    key: 'main',
    extension: 'png',
    query: new URLSearchParams(),
    size: shows ? undefined : { width: usualLength(size.width), height: usualLength(size.height) },
  }
  return {
    manifest,
    live,
    page: pageOf(picture, 'png'),
    image: toImage(picture, live ? {} : { delivery: 'still' }),
    snippets: toSnippets(picture),
    rows: toRows(manifest.params),
    commonRows: toRows(lookSpecs(manifest)),
  }
}

function toImage(picture: Picture, more: Record<string, string> = {}): Image {
  const { manifest, query, size } = picture
  const width = size?.width ?? usualLength(manifest.size.width)
  const height = size?.height ?? usualLength(manifest.size.height)
  // A picture of unknown size is shown in as many CSS pixels as it has pixels, so it keeps a scale of 1.
  const scale = size && width * height * 4 <= MAX_PIXELS ? '2' : '1'
  const src = pathOf(picture, picture.extension) + toSearch(query, { scale, ...more })
  return { src, width, height, alt: manifest.title, ownSize: size === undefined }
}

function toSnippets(picture: Picture): Snippets {
  const { site, manifest, extension, query, size } = picture
  const path = pathOf(picture, extension).slice(site.base.length)
  return snippets({ url: site.url + path + toSearch(query), ...size, alt: manifest.title })
}

function toFormats(picture: Picture): object[] {
  const current = picture.extension === 'jpeg' ? 'jpg' : picture.extension
  return Object.entries(FORMATS).map(([label, extension]) => ({
    label,
    href: pageOf(picture, extension) + toSearch(picture.query),
    current: extension === current,
  }))
}

/** The address of a picture's page: without an ending for a PNG, so that it reads as a page's. */
function pageOf(picture: Picture, extension: PageExtension): string {
  const path = pathOf(picture, extension)
  return extension === 'png' ? path.slice(0, -'.png'.length) : path
}

function pathOf({ site, manifest, key }: Picture, extension: Extension): string {
  return `${site.base}/${manifest.name}/${encodeURIComponent(key)}.${extension}`
}

function toSearch(query: URLSearchParams, more: Record<string, string> = {}): string {
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) all.set(name, value)
  if (more.scale === '1') all.delete('scale')
  return all.size > 0 ? `?${all}` : ''
}
