import type { Cameras } from '../camera/cameras.ts'
import { pathOfRoom } from '../widget/room.ts'

/** The cameras that have the paths of mjpg-streamer too, and their figures. */
export interface CompatCameras {
  cameras: Cameras
  viewersOf(key: string): number
}

/** A request in the words of mjpg-streamer or ustreamer, in those of this server. */
export type CompatRequest = { kind: 'picture'; url: string } | { kind: 'state'; key: string }

const ACTION = /^(stream|snapshot)(?:_(\d{1,3}))?$/
const PATHS: Readonly<Record<string, string>> = { '/stream': 'stream', '/snapshot': 'snapshot' }

/**
 * Reads the paths of mjpg-streamer (`/?action=stream`, `/?action=snapshot_1`) and ustreamer (`/stream`, `/snapshot`,
 * `/state`). Without a number they are the camera `main`, or else the first one. Returns undefined for any other URL, and
 * if there is no camera.
 */
export function readCompat(target: string, cameras: Cameras): CompatRequest | undefined {
  const split = target.indexOf('?')
  const path = split < 0 ? target : target.slice(0, split)
  if (path !== '/' && path !== '/state' && !Object.hasOwn(PATHS, path)) return undefined
  const query = new URLSearchParams(split < 0 ? '' : target.slice(split))
  const [, name, number = '0'] = ACTION.exec(PATHS[path] ?? query.get('action') ?? '') ?? []
  if (path !== '/state' && name === undefined) return undefined
  const { widget, keys } = cameras
  const index = Number(number)
  const key = index === 0 && keys.includes('main') ? 'main' : keys[index]
  if (key === undefined) return undefined
  if (path === '/state') return { kind: 'state', key }
  query.delete('action')
  if (name === 'snapshot') query.set('delivery', 'still')
  // Firefox's redirect to a unique URL is relative to this server's own path.
  else if (!query.has('v')) query.set('v', '1')
  const search = query.size > 0 ? `?${query}` : ''
  const extension = name === 'snapshot' ? 'jpg' : 'mjpeg'
  return { kind: 'picture', url: `${pathOfRoom({ widget, key })}.${extension}${search}` }
}

/** The state of a camera as ustreamer reports it. */
export function toUstreamerState(compat: CompatCameras, key: string): object {
  const { width = 0, height = 0 } = compat.cameras.find(key)?.frame ?? {}
  const { fps = 0, condition } = compat.cameras.get(key) ?? {}
  return {
    ok: true,
    result: {
      encoder: { type: 'NOOP', quality: 0 },
      source: {
        resolution: { width, height },
        online: condition?.state === 'live',
        desired_fps: 0,
        captured_fps: fps,
      },
      stream: { queued_fps: fps, clients: compat.viewersOf(key), clients_stat: {} },
    },
  }
}
