import { type PictureRequest, protocolOf } from '../request.ts'

/** Where the pages are. */
export interface Site {
  /** The router's absolute address without a trailing slash: `https://pics.example.org/live`. */
  url: string
  /** The path the router is mounted on: `` or `/live`. */
  base: string
}

/** Express's addition that pages need to know their own address. */
export interface PageRequest extends PictureRequest {
  baseUrl?: string
}

/** A proxy that gives the router another path than it is mounted on says so by the public address. */
export function toSite(publicUrl: string | undefined): Site | undefined {
  return publicUrl ? { url: publicUrl, base: new URL(publicUrl).pathname.replace(/\/$/, '') } : undefined
}

/** Where a request found the router, which is below `under` of the path that it is mounted on. */
export function siteOf(request: PageRequest, under = ''): Site {
  const { baseUrl = '', headers } = request
  const base = baseUrl.slice(0, baseUrl.length - under.length)
  return {
    base,
    url: `${protocolOf(request)}://${headers.host ?? headers[':authority'] ?? 'localhost'}${base}`,
  }
}
