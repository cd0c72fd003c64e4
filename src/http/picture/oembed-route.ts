import { Router } from 'express'
import { badRequest, notFound, PublicError, quote } from '../../errors.ts'
import { checkKey } from '../../widget/key.ts'
import { expectedSize, type Manifest } from '../../widget/manifest.ts'
import { pathOfRoom } from '../../widget/room.ts'
import { SERVER_PATHS } from '../../widget/server-paths.ts'
import { refuseOthers } from '../methods.ts'
import { sizeOf } from '../page/page-look.ts'
import { type Site, siteOf, toSite } from '../page/site.ts'
import { parsePicturePath } from '../picture-path.ts'
import { searchOf } from '../request.ts'
import { sendJson } from '../send.ts'
import { findManifest } from './find-manifest.ts'

/** A response of the type `photo` (https://oembed.com, section 2.3.4). */
interface Photo {
  version: '1.0'
  type: 'photo'
  title: string
  url: string
  width: number
  height: number
  provider_name: 'Imgcast'
  provider_url: string
}

/**
 * `GET /oembed?url=…`: a picture for sites that embed one by the address of its page.
 * @param publicUrl the public address. @default that of each request
 */
export function createOembedRoute(
  known: { readonly manifests: ReadonlyMap<string, Manifest> },
  publicUrl: string | undefined,
): Router {
  const route = Router()
  route
    .route(SERVER_PATHS.oembed)
    .get((request, response) => {
      const query = searchOf(request)
      const format = query.get('format') ?? 'json'
      if (format !== 'json') {
        const caption = `expected the format json, got ${quote(format)}`
        throw new PublicError({ code: 'no-such-format', status: 501, caption })
      }
      const site = toSite(publicUrl) ?? siteOf(request)
      sendJson(request, response, 200, toPhoto(known.manifests, site, query))
    })
    .all(refuseOthers('GET'))
  return route
}

function toPhoto(manifests: ReadonlyMap<string, Manifest>, site: Site, query: URLSearchParams): Photo {
  const target = query.get('url') ?? ''
  if (!URL.canParse(target)) throw badUrl(`expected an address in url, got ${quote(target)}`)
  const { origin, pathname, search, searchParams } = new URL(target)
  const { origin: own, pathname: mount } = new URL(`${site.url}/`)
  if (origin !== own || !pathname.startsWith(mount)) throw notFound('this address is not of this server')
  const path = parsePicturePath(`/${pathname.slice(mount.length)}`)
  if (!path) throw notFound('there is no picture at this address')
  const manifest = findManifest(manifests, path.widget)
  const key = path.key ?? manifest.key.default
  checkKey(key, manifest.key)
  const shape = expectedSize(manifest)
  const { width, height } = scaleDown(sizeOf(manifest, searchParams) ?? shape, query)
  return {
    ...{ version: '1.0', type: 'photo', title: manifest.title },
    url: `${site.url}${pathOfRoom({ widget: manifest.name, key })}.png${search}`,
    ...{ width, height, provider_name: 'Imgcast', provider_url: `${site.url}/` },
  }
}

/** Scales a size down to `maxwidth` and `maxheight`. Wrong ones are ignored. */
function scaleDown(size: { width: number; height: number }, query: URLSearchParams) {
  const most = (name: string, length: number) => {
    const limit = Number(query.get(name) ?? Number.NaN)
    return limit >= 1 ? limit / length : 1
  }
  const scale = Math.min(1, most('maxwidth', size.width), most('maxheight', size.height))
  return { width: Math.round(size.width * scale), height: Math.round(size.height * scale) }
}

function badUrl(caption: string): PublicError {
  return badRequest('bad-url', caption, [{ name: 'url', detail: caption }])
}
