import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Manifest } from '../../widget/manifest.ts'
import type { EmbeddedSpecs } from './rooms-of-picture.ts'

/** Milliseconds that a client waits for a widget to read its parameters; a later fault is shown in the picture. */
const READ_TIMEOUT = 150

/**
 * Checks the parameters that are not in a widget's manifest, before a viewer of a picture is admitted. Resolves to the
 * pictures that it embeds, or rejects with a `PublicError` 400; undefined for a widget that embeds none and has no parameters
 * of its own kind.
 */
export function checkPicture(
  embeddedReader: Pick<EmbeddedReader, 'read'>,
  manifest: Manifest,
  spec: ChannelSpec,
): Promise<EmbeddedSpecs> | undefined {
  if (!manifest.reads) return undefined
  const reading = embeddedReader.read(spec)
  return Promise.race([reading, sleep(READ_TIMEOUT, undefined, { ref: false })])
}
