import { GONE, inPath, type Json, json, operation, ref } from './parts.ts'

const KEY = inPath('key', 'The key of the camera.', '^[A-Za-z0-9._~-]{1,64}$')

/** The paths of cameras. Their reports change all the time and have no `ETag`. */
export function cameraPaths(): Json {
  const tag = 'Cameras'
  return {
    '/api/cameras': {
      get: operation({
        id: 'listCameras',
        tag,
        summary: 'List cameras and their conditions',
        answers: { 200: json('The cameras, by key.', ref('CameraList')) },
      }),
    },
    '/api/cameras/{key}': {
      parameters: [KEY],
      get: operation({
        id: 'getCamera',
        tag,
        summary: 'Get the condition of a camera',
        answers: { 200: json('The camera.', ref('CameraReport')) },
        problems: [400, 404],
      }),
      put: operation({
        id: 'setCamera',
        tag,
        summary: 'Set a camera',
        description:
          'The source may be a server, and not a file, a device or options of ffmpeg: these are set in the file of ' +
          '`--cameras`. Addresses that are not public need `--allow-private-targets`, and so do all sources that ffmpeg reads.',
        body: ref('Camera'),
        answers: { 200: json('The camera.', ref('CameraReport')) },
        problems: [409],
      }),
      delete: operation({
        id: 'deleteCamera',
        tag,
        summary: 'Delete a camera',
        answers: GONE,
        problems: [400, 404, 409],
      }),
    },
    '/api/cameras/{key}/frames': {
      parameters: [KEY],
      post: operation({
        id: 'pushFrames',
        tag,
        summary: 'Push frames to a camera',
        description:
          'One JPEG, or a multipart stream of them without an end. A key without a camera becomes one whose frames are pushed.',
        frames: 'The frames.',
        answers: { 200: json('How many frames came.', ref('PushedFrames')) },
        problems: [400, 409, 415],
      }),
    },
  }
}
