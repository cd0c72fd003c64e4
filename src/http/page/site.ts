import { type PictureRequest, protocolOf } from '../request.ts'

/** The address of the pages. */
export interface Site {
  /** The router's absolute address without a trailing slash: `https://pics.example.org/live`. */
  url: string
  /** The path the router is mounted on: `` or `/live`. */
  base: string
}

/** Express's addition to a request, from which pages compute their own address. */
export interface PageRequest extends PictureRequest {
  baseUrl?: string
}

/** The site at a public address, which may have another path than the router is mounted on. */
export function toSite(publicUrl: string | undefined): Site | undefined {
  return publicUrl ? { url: publicUrl, base: new URL(publicUrl).pathname.replace(/\/$/, '') } : undefined
}

/** The site as a request reached it; `under` is the part of the mount path below the site. */
export function siteOf(request: PageRequest, under = ''): Site {
  const { baseUrl = '', headers } = request
  const base = baseUrl.slice(0, baseUrl.length - under.length)
  return {
    base,
    url: `${protocolOf(request)}://${headers.host ?? headers[':authority'] ?? 'localhost'}${base}`,
  }
}
