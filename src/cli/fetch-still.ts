import { extname } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { extensionRow, isExtension } from '../http/extensions.ts'
import { contentType } from '../picture/frame.ts'
import { OutgoingClient, type OutgoingResponse } from '../system/outgoing.ts'
import { harmless } from './printable.ts'

const TIMEOUT = 20_000
const MAX_BYTES = 16_777_216
const MAX_REDIRECTS = 5
/** Requests until the picture is ready, and the pause between two, in milliseconds. */
const TRIES = 4
const PAUSE = 2_000

/**
 * Fetches a finished picture of any server. Placeholders, single frames of animations that are late, and pictures that are
 * marked as stale are requested again after a pause. Rejects if none is ready in time, and for any error, so that a good
 * file is never replaced by a worse picture.
 * @param output the file that the picture is for: one of another format than its extension would show nothing
 * @param pause milliseconds between two requests; for tests
 */
export async function fetchStill(url: string, output: string, pause = PAUSE): Promise<Buffer> {
  // The user chose the server, which can be on the same machine.
  const client = new OutgoingClient({ allowPrivateTargets: true })
  for (let turn = 1; ; turn += 1) {
    const response = await client.open({
      ...{ url, headers: { Accept: 'image/*, application/json', 'User-Agent': 'imgcast-render' } },
      ...{ timeout: TIMEOUT, maxBytes: MAX_BYTES, maxRedirects: MAX_REDIRECTS },
    })
    const fault = findFault(response) ?? findTypeFault(response, output)
    if (fault === undefined) return buffer(response.stream())
    response.close()
    if (!fault.isPassing || turn === TRIES) throw new Error(`${url}: ${harmless(fault.text)}`)
    await sleep(pause)
  }
}

function findFault({
  status,
  fault,
  headers,
}: OutgoingResponse): { text: string; isPassing: boolean } | undefined {
  const type = headers['content-type'] ?? 'nothing'
  if (fault !== undefined) return { text: fault, isPassing: status === 503 }
  if (!/^(image\/|application\/json)/.test(type))
    return { text: `expected a finished picture, got ${type}`, isPassing: false }
  // RFC 7234, section 5.5: 110 and 111 are stale.
  if (/^11[01] /.test(String(headers.warning ?? '')))
    return {
      text: `the picture is ${headers.age ?? '?'} s old, and no newer one can be drawn`,
      isPassing: true,
    }
  if (/^199 /.test(String(headers.warning ?? '')))
    return { text: 'the animation is not ready', isPassing: true }
  // Imgcast's placeholders, and nothing else it sends as an image, must not be stored.
  const isPlaceholder = type.startsWith('image/') && /no-store/.test(headers['cache-control'] ?? '')
  return isPlaceholder ? { text: 'the picture is not ready', isPassing: true } : undefined
}

function findTypeFault(
  { headers }: OutgoingResponse,
  output: string,
): { text: string; isPassing: boolean } | undefined {
  const written = extname(output).slice(1).toLowerCase()
  if (!isExtension(written) || written === 'txt') return undefined
  const { format } = extensionRow(written)
  const expected = format ? contentType(format) : 'application/json'
  const [type] = String(headers['content-type']).split(';')
  if (type?.trim() === expected) return undefined
  return { text: `expected ${expected} for a file .${written}, got ${type}`, isPassing: false }
}
