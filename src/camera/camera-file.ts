import { readFile } from 'node:fs/promises'
import { watch } from 'chokidar'
import type { Logger } from 'pino'
import { parse } from 'yaml'
import * as z from 'zod'
import { toFaults } from '../schema/to-faults.ts'
import { describeKey, isKey, NAME_KEY } from '../widget/key.ts'
import { type CameraSpec, configuredCameraSchema, toCameraSpec } from './camera-spec.ts'

const MAX_CAMERAS = 1_000
/** Milliseconds without a change after which a file is complete. */
const SETTLE_TIME = 60

const mapSchema = z.record(z.string(), z.unknown())
const fileSchema = z.union([
  z.strictObject({ cameras: mapSchema }).transform(({ cameras }) => cameras),
  mapSchema,
])

/** Follows a file of cameras. */
export interface CameraFile {
  close(): Promise<void>
}

/**
 * Reads a file of cameras, as YAML or JSON: a map from a key to a source, or to a camera's fields.
 * Rejects with an `Error` that names every fault.
 */
export async function readCameraFile(path: string): Promise<Map<string, CameraSpec>> {
  const text = await readFile(path, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${path}: ${code}`)
  })
  try {
    return parseCameras(text)
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`)
  }
}

/** Parses the text of such a file. @throws Error that names every fault, on a line each. */
export function parseCameras(text: string): Map<string, CameraSpec> {
  // JSON is YAML too. Aliases are limited, since a few can name billions of values.
  const value: unknown = parse(text, { maxAliasCount: 100 }) ?? {}
  const { data, error } = fileSchema.safeParse(value)
  if (error) throw new Error('expected a map of keys to cameras, such as `door: rtsp://10.0.0.5/stream1`')
  const entries = Object.entries(data)
  if (entries.length > MAX_CAMERAS) throw new Error(`expected at most ${MAX_CAMERAS} cameras`)
  const faults: string[] = []
  const cameras = new Map<string, CameraSpec>()
  for (const [key, settings] of entries) {
    if (!isKey(key)) faults.push(`${key}: expected a key of ${describeKey(NAME_KEY)}`)
    const camera = configuredCameraSchema.safeParse(settings)
    if (camera.success) cameras.set(key, toCameraSpec(camera.data))
    else
      for (const { name, detail } of toFaults(camera.error, (path) => path.map(String).join('.')))
        faults.push(`${[key, name].filter((part) => part !== '').join('.')}: ${detail}`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return cameras
}

/** Calls `apply` for the file as it is, and after each change. A wrong file is an error at the start, and later only logged. */
export async function followCameraFile(
  path: string,
  apply: (cameras: ReadonlyMap<string, CameraSpec>) => void,
  log: Logger,
): Promise<CameraFile> {
  apply(await readCameraFile(path))
  const reload = async () => {
    try {
      apply(await readCameraFile(path))
      log.info({ path }, 'the cameras were read again')
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'the cameras stay as they were')
    }
  }
  const watcher = watch(path, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: SETTLE_TIME, pollInterval: SETTLE_TIME / 3 },
  })
  watcher.on('add', reload).on('change', reload)
  watcher.on('unlink', () => log.warn({ path }, 'the file of cameras is gone: the cameras stay as they were'))
  watcher.on('error', (error) =>
    log.warn({ reason: (error as Error).message }, 'the file of cameras is not watched'),
  )
  return { close: () => watcher.close() }
}
