import { isExtension, isPicture } from '../../http/extensions.ts'
import { negotiate } from '../../http/negotiate.ts'
import type { Client, OpenResponse } from './client.ts'
import type { Identity } from './observations.ts'
import { boundaryOf } from './parts.ts'
import type { RoomNames } from './room-names.ts'
import { imageHeaders, Viewer } from './viewer.ts'

/** Identifies the server at an address, and the path that Imgcast is mounted at. */
export async function identify(
  client: Client,
  url: URL,
  response: OpenResponse,
  names: RoomNames,
): Promise<Identity> {
  const { status, headers } = response
  const base = await findBase(client, url, response, names)
  const found = { status, headers, wanted: wantedOf(url), base }
  if (status < 400 || found.base === undefined) return found
  const problem = await readProblem(client, url)
  return { ...found, ...(problem !== undefined && { problem }) }
}

/** Returns how Imgcast should deliver the picture at an address to a browser's `<img>`. */
function wantedOf(url: URL): Identity['wanted'] {
  const ending = /\.([a-z]+)$/.exec(url.pathname)?.[1] ?? ''
  if (!isExtension(ending) || !isPicture(ending)) return undefined
  const headers = Object.fromEntries(
    Object.entries(imageHeaders(url.origin)).map(([name, value]) => [name.toLowerCase(), value]),
  )
  try {
    const question = { headers, extension: ending, query: url.searchParams }
    return negotiate(question).kind === 'stream' ? 'stream' : 'still'
  } catch {
    return 'still'
  }
}

async function findBase(
  client: Client,
  url: URL,
  { headers }: OpenResponse,
  names: RoomNames,
): Promise<string | undefined> {
  const segments = url.pathname.split('/').filter((segment) => segment !== '')
  // A picture is two segments below the mount path, or one if its key is left out. Try the nearest first.
  const candidates = [0, 2, 1].flatMap((count) =>
    count <= segments.length
      ? [segments.slice(0, segments.length - count).map((segment) => `/${segment}`)]
      : [],
  )
  const bases = [...new Set(candidates.map((path) => path.join('')))]
  const room = names.unused()
  const found = await Promise.all(
    bases.map(async (base) =>
      (await new Viewer({ client, base, names }).isImgcast(room)) ? base : undefined,
    ),
  )
  const base = found.find((each) => each !== undefined)
  if (base !== undefined) return base
  // A proxy may withhold the data, but the boundary identifies Imgcast's pictures.
  return boundaryOf(headers['content-type'])?.startsWith('imgcast-') ? bases[1] : undefined
}

async function readProblem(client: Client, url: URL): Promise<string | undefined> {
  try {
    const response = await client.get(`${url.pathname}${url.search}`, {
      ...imageHeaders(client.origin),
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
    })
    const { detail } = JSON.parse(await response.text()) as { detail?: unknown }
    return typeof detail === 'string' ? detail : undefined
  } catch {
    return undefined
  }
}
