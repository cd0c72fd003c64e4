import { type Request, type Response, Router } from 'express'
import { parseCamera } from '../../camera/camera-spec.ts'
import type { Cameras } from '../../camera/cameras.ts'
import { FrameReader, FrameReaderError } from '../../camera/frame-reader.ts'
import { readBoundary } from '../../camera/part-head.ts'
import { conflict, notFound, PublicError } from '../../errors.ts'
import { toIso } from '../../widget/date.ts'
import { checkKey } from '../../widget/key.ts'
import { jsonBody } from '../json-body.ts'
import { refuseOthers } from '../methods.ts'
import type { CameraMeter, MeteredCamera } from '../metrics/camera-meter.ts'
import { sendJson } from '../send.ts'

/** The calls for cameras. Sources are never shown with their passwords. */
export function createCamerasApi(cameras: Cameras, meter: Pick<CameraMeter, 'list' | 'get'>): Router {
  const api = Router()
  api
    .route('/cameras/:key')
    .put(jsonBody(), async ({ params: { key = '' }, body }, response) => {
      checkKey(key)
      await cameras.set(key, parseCamera(body))
      response.json(toJson(meter.get(key) as MeteredCamera))
    })
    .get((request, response) => {
      const { key } = request.params
      checkKey(key)
      const camera = meter.get(key)
      if (!camera) throw noCamera(key)
      sendJson(request, response, 200, toJson(camera))
    })
    .delete(async ({ params: { key } }, response) => {
      checkKey(key)
      if (!(await cameras.delete(key))) throw noCamera(key)
      response.status(204).end()
    })
    .all(refuseOthers('GET', 'PUT', 'DELETE'))
  api
    .route('/cameras/:key/frames')
    .post(async (request, response) => {
      const { key } = request.params
      checkKey(key)
      const push = cameras.pushTo(key)
      if (!push) throw conflict('not-pushed', `the frames of ${key} come from its own source`)
      const frames = await receive(request, response, push)
      response.json({ frames })
    })
    .all(refuseOthers('POST'))
  api
    .route('/cameras')
    .get((request, response) => {
      sendJson(request, response, 200, { cameras: meter.list().map(toJson) })
    })
    .all(refuseOthers('GET'))
  return api
}

/** Takes frames for as long as they come: one JPEG, or a multipart stream without an end. Resolves to their number. */
async function receive(request: Request, response: Response, push: (bytes: Buffer) => void): Promise<number> {
  let frames = 0
  const boundary = readBoundary(request.headers['content-type'])
  const reader = new FrameReader({
    boundary,
    onFrame: (bytes) => {
      frames += 1
      push(bytes)
    },
  })
  allowEndless(request)
  const refusal = await readAll(request, reader)
  if (refusal) {
    response.set('Connection', 'close')
    throw new PublicError({ code: 'bad-frames', status: 400, caption: refusal.message })
  }
  if (frames > 0) return frames
  throw new PublicError({ code: 'unsupported-media', status: 415, caption: 'expected JPEG frames, got none' })
}

/** Resolves at the end of a body, or to the error of its reader. Listeners take half the time of an iterator here. */
function readAll(request: Request, reader: FrameReader): Promise<FrameReaderError | undefined> {
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk)
      } catch (error) {
        request.pause().removeAllListeners('data')
        if (error instanceof FrameReaderError) resolve(error)
        else reject(error)
      }
    })
    // A sender that stops without an end of its body has only stopped.
    const end = () => resolve(undefined)
    request.on('end', end).on('aborted', end).on('error', end)
  })
}

/**
 * Takes a request out of Node's check that a request is complete within a time: a stream of frames never is. It may be silent
 * for as long as any connection. Node has no public call for one request.
 */
function allowEndless({ socket }: Request): void {
  const { parser } = socket as { parser?: { remove?: () => void } }
  parser?.remove?.()
}

function toJson({ condition, age, ...report }: MeteredCamera) {
  const { state, since, why, tail } = condition
  return {
    ...report,
    ...{ state, since: toIso(since), why, tail },
    age: age ?? null,
  }
}

function noCamera(key: string): PublicError {
  return notFound(`there is no camera ${key}`)
}
