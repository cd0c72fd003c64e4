import * as z from 'zod'
import { expected } from '../schema/expected.ts'
import { optionalDurationField, textField } from '../schema/fields.ts'
import { parseBody } from '../schema/parse-body.ts'

/** How the frames of a camera are got. `push`: they are sent to the API. */
export const CAMERA_KINDS = ['ffmpeg', 'mjpeg', 'still', 'push'] as const

const MAX_URL_LENGTH = 2_000
const MAX_ARGUMENTS = 40

const sourceField = textField(MAX_URL_LENGTH, 1).meta({
  description: 'What to read: a URL, and in the configuration file also a file or a device.',
  examples: ['rtsp://10.0.0.5/stream1', 'http://10.0.0.6/?action=stream'],
})

/** One camera, as the configuration file and the API describe it. */
export const cameraSchema = z
  .strictObject(
    {
      source: sourceField.optional(),
      kind: z
        .enum(CAMERA_KINDS, expected(`one of ${CAMERA_KINDS.join(', ')}`))
        .optional()
        .meta({
          description:
            'How it is read. By default `still` with `every`, else `mjpeg` for http and https, else `ffmpeg`, and `push` without a source.',
        }),
      name: textField(60).optional().meta({ description: 'Its name in `overlay=name`. By default its key.' }),
      every: optionalDurationField({
        ...{ min: 100, max: 3_600_000, example: '5s' },
        description: 'How often a still is fetched. Default 1s.',
      }),
      preload: z.boolean(expected('true or false')).optional().meta({
        description: 'Whether it runs without viewers too.',
      }),
      input: z.array(textField(500), expected('a list of texts')).max(MAX_ARGUMENTS).optional().meta({
        description: 'Options of ffmpeg in front of its `-i`. Only in the configuration file.',
      }),
      output: z.array(textField(500), expected('a list of texts')).max(MAX_ARGUMENTS).optional().meta({
        description: 'Options of ffmpeg for its output. Only in the configuration file.',
      }),
    },
    expected('a camera, like {"source": "rtsp://10.0.0.5/stream1"}'),
  )
  .meta({ description: 'A camera: where its frames come from.' })

/** One camera as it is stored, with its defaults: that of pushed frames has an empty source. */
export const storedCameraSchema = cameraSchema.extend({ source: textField(MAX_URL_LENGTH).optional() })

/** One camera, as its owner describes it. */
export type CameraSettings = z.infer<typeof cameraSchema>

/** One camera, with every default. */
export interface CameraSpec extends CameraSettings {
  kind: (typeof CAMERA_KINDS)[number]
  source: string
}

/** Schemes that ffmpeg may read for a camera that was set by the API: none of them reads files of this machine. */
const API_URL = /^(?:https?|rtsps?|rtmps?|srt|udp|rtp|tcp):\/\/\S{1,1990}$/i

/** Reads a camera from the body of a request. @throws PublicError 400 that names every wrong field. */
export function parseCamera(body: unknown): CameraSpec {
  const error = { code: 'bad-camera', caption: 'not a camera' }
  return toCameraSpec(parseBody(cameraSchema.superRefine(checkSource).superRefine(checkRemote), body, error))
}

/** A camera in the configuration file: its writer may run any program. */
export const configuredCameraSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { source: value } : value),
  cameraSchema.superRefine(checkSource),
)

/** Adds the defaults. */
export function toCameraSpec(settings: CameraSettings): CameraSpec {
  const { source = '', every } = settings
  const isHttp = /^https?:\/\//i.test(source)
  const guessed =
    source === '' ? 'push' : isHttp && every !== undefined ? 'still' : isHttp ? 'mjpeg' : 'ffmpeg'
  return { ...settings, source, kind: settings.kind ?? guessed }
}

/** Returns a source without its user name, its password, and the values of its query, which may be secrets. */
export function publicSource(source: string): string {
  return hideSecrets(source).slice(0, 200)
}

/** Removes what may be a secret from a text that names a URL: `rtsp://user:password@host/?token=x`. */
export function hideSecrets(text: string): string {
  return text
    .slice(0, 4_000)
    .split(/(\s)/)
    .map((word) => {
      const scheme = word.indexOf('://')
      if (scheme < 0) return word
      const end = word.lastIndexOf('@')
      const bare = end > scheme ? `${word.slice(0, scheme)}://${word.slice(end + 1)}` : word
      const query = bare.indexOf('?')
      return query < 0 ? bare : `${bare.slice(0, query)}?...`
    })
    .join('')
}

function checkSource(settings: CameraSettings, context: z.RefinementCtx): void {
  const { kind, source } = toCameraSpec(settings)
  const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (kind === 'push' && source !== '') add('source', 'expected none for a camera whose frames are pushed')
  if (kind !== 'push' && source === '') add('source', `expected a source for ${kind}`)
  if ((kind === 'mjpeg' || kind === 'still') && !isHttpUrl(source))
    add('source', 'expected an http or https URL')
  if (settings.every !== undefined && kind !== 'still') add('every', 'expected none: only stills are fetched')
  if (kind !== 'ffmpeg' && (settings.input ?? settings.output))
    add(settings.input ? 'input' : 'output', 'expected none: ffmpeg does not read this source')
}

/** The holder of a token may name servers, and not the files, devices and programs of this machine. */
function checkRemote(settings: CameraSettings, context: z.RefinementCtx): void {
  const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  const { kind, source } = toCameraSpec(settings)
  if (settings.input) add('input', 'expected none: options of ffmpeg are set in the file of --cameras')
  if (settings.output) add('output', 'expected none: options of ffmpeg are set in the file of --cameras')
  if (kind === 'ffmpeg' && !API_URL.test(source))
    add(
      'source',
      'expected an http, rtsp, rtmp, srt, udp, rtp or tcp URL: others are set in the file of --cameras',
    )
}

function isHttpUrl(source: string): boolean {
  return URL.canParse(source) && /^https?:$/.test(new URL(source).protocol)
}
