import { type Fault, PublicError, quote } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import { EMBEDDED_SCALE } from '../picture/svg.ts'
import type { Renderer } from '../render/renderer.ts'
import { EXAMPLE_ROOM } from '../widget/example-room.ts'
import { readKey } from '../widget/key.ts'
import { badParameters, parseLook } from '../widget/look.ts'
import type { ChannelSpec, EmbeddedSpec } from './spec.ts'

const PATH = /^\/?([^/?]+)(?:\/([^/?]*))?(?:\?(.*))?$/
const FAULT_NAME = 'show'
const NO_COUNTS = { connections: 0, visitors: 0, peak: 0 }

/**
 * Calls a widget to check its own parameters and to name the pictures that it embeds.
 * @throws PublicError 400 that names every wrong parameter, and every wrong picture if none is right.
 */
export async function readEmbedded(renderer: Renderer, spec: ChannelSpec): Promise<readonly EmbeddedSpec[]> {
  const { faults, shows } = await renderer.read({ ...spec, ...NO_COUNTS, time: Date.now() })
  const results = await Promise.all(
    shows.map((path) =>
      readPath(renderer, spec, path).catch((error: unknown): EmbeddedSpec => {
        if (!(error instanceof PublicError)) throw error
        const fault = { name: FAULT_NAME, detail: `${path}: ${error.message}` }
        return { path, spec: undefined, caption: captionOf(error), scale: scaleOf(spec), fault }
      }),
    ),
  )
  const looks = results.flatMap(({ spec }) => spec?.look ?? [])
  const pixels = looks.reduce((sum, { width, height, scale }) => sum + width * height * scale ** 2, 0)
  const tooMany = `expected at most ${MAX_PIXELS / 1e6} million pixels in all pictures, got ${pixels}`
  const all = [
    ...faults,
    // One wrong picture among right ones shows a card in its place.
    ...(looks.length > 0 ? [] : results.flatMap(({ fault }) => fault ?? [])),
    ...(pixels > MAX_PIXELS ? [{ name: FAULT_NAME, detail: tooMany }] : []),
  ]
  const [first] = all
  // Its detail names the picture, which a stranger chose.
  const shown = first?.name === FAULT_NAME ? 'show: one of the pictures is not right' : undefined
  if (first) throw badParameters(all, shown)
  return results
}

/**
 * Reads `widget/key?look`. Its scale is that of the containing picture, and higher in an SVG, which can be shown at any
 * size.
 */
async function readPath(renderer: Renderer, { look }: ChannelSpec, path: string): Promise<EmbeddedSpec> {
  const [, widget = '', segment, search = ''] = PATH.exec(path) ?? []
  const manifest = renderer.manifests.get(widget)
  if (!manifest)
    throw wrong(
      widget === ''
        ? `expected a picture like ${EXAMPLE_ROOM}, got ${quote(path)}`
        : `there is no widget ${widget}`,
    )
  if (manifest.shows) throw wrong('it embeds pictures itself')
  const key = readKey(segment, manifest.key)
  const query = new URLSearchParams(search)
  query.set('scale', String(scaleOf({ look })))
  const spec: ChannelSpec = { widget, key, look: parseLook(manifest, 'png', query) }
  if (manifest.reads) await readEmbedded(renderer, spec)
  return { path, spec }
}

function wrong(detail: string): PublicError {
  const faults: Fault[] = [{ name: FAULT_NAME, detail }]
  return new PublicError({
    code: 'bad-parameter',
    status: 400,
    caption: 'one of the pictures is not right',
    detail,
    faults,
  })
}

function scaleOf({ look }: Pick<ChannelSpec, 'look'>): number {
  return look.format === 'svg' ? EMBEDDED_SCALE : look.scale
}

/** Captions are a small set, so that each card is painted once; the detail names the picture, which a stranger chose. */
function captionOf({ faults, caption }: PublicError): string {
  return faults.some(({ name }) => name === FAULT_NAME) ? 'no such picture' : caption
}
