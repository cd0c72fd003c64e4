import { pictureQuerySchema } from '../schemas.ts'
import { GONE, inPath, inQueryOf, type Json, json, operation, ref, tagged } from './parts.ts'

const KEY = inPath('key', 'The key of the picture.', '^[A-Za-z0-9._~-]{1,64}$')

/** The paths of pushed pictures. */
export function picturePaths(): Json {
  const tag = 'Pictures'
  return {
    '/api/pictures': {
      get: operation({
        id: 'listPictures',
        tag,
        summary: 'List pushed pictures',
        answers: tagged('The pictures, by key.', ref('PushedPictureList')),
      }),
    },
    '/api/pictures/{key}': {
      parameters: [KEY],
      get: operation({
        id: 'getPicture',
        tag,
        summary: 'Describe a pushed picture',
        answers: tagged('The picture, without its bytes.', ref('PushedPicture')),
        problems: [400, 404],
      }),
      put: operation({
        id: 'pushPicture',
        tag,
        summary: 'Push a picture',
        description:
          'The body is a PNG, JPEG, WebP, GIF or SVG file: its bytes decide, not its `Content-Type`. Every open picture ' +
          'of the key shows it. An SVG is drawn to pixels.',
        parameters: inQueryOf(pictureQuerySchema),
        bytes: 'The file.',
        answers: { 200: json('The picture.', ref('PushedPicture')) },
        problems: [422, 507],
      }),
      delete: operation({
        id: 'deletePicture',
        tag,
        summary: 'Delete a pushed picture',
        answers: GONE,
        problems: [400, 404],
      }),
    },
  }
}
