import {
  type Context,
  defineWidget,
  drawFrame,
  drawStrip,
  drawText,
  type FrameFit,
  failure,
  param,
  parseCrop,
  zoneOffset,
} from 'imgcast/widget'

/** The condition of the camera, from the server; undefined where a widget is drawn without one. */
interface Data {
  name: string
  /** When the frame came. */
  at?: number
  state: string
  since: number
  why: string
  tail: string
}

const GROUND = '#0d1117'
const INK = '#f0f6fc'
const PALE = '#9da7b1'
const STATES: Readonly<Record<string, string>> = {
  idle: 'waits for its first frame',
  connecting: 'is connecting',
  interrupted: 'was interrupted',
  offline: 'is offline',
  full: 'waits: too many cameras run',
}

export default defineWidget({
  title: 'Camera',
  about: 'A camera through ffmpeg, an MJPEG stream, stills or pushed frames: one source, however many watch.',
  gallery: { rank: 120 },
  role: 'camera-frames',
  size: { width: { min: 0, max: 4096, default: 0 }, height: { min: 0, max: 4096, default: 0 } },
  animate: { fps: 30 },
  params: {
    fit: param.choice(['contain', 'cover', 'fill'], 'contain', {
      about: 'With both width and height: the whole frame, cut at two sides, or stretched.',
    }),
    crop: param.text('', {
      max: 60,
      about: 'The part to show: x,y,width,height in percent, like 25,0,50,100.',
    }),
    overlay: param.text('', { max: 20, about: 'Words on the picture: time, name, or both with a comma.' }),
    zone: param.zone('UTC', { about: 'Whose time the overlay shows.' }),
    background: param.color('black', { about: 'Beside the frame.' }),
  },
  json: ({ room, connections, visitors, peak, data }) => {
    const { at, since, ...facts } = (data as Data | undefined) ?? {}
    const camera = since === undefined ? null : { ...facts, since: toIso(since), at: toIso(at) }
    return { room, connections, visitors, peak, camera }
  },
  alt: ({ key, data }) => {
    const { name = key, state = '', since = 0, why, tail } = (data as Data | undefined) ?? {}
    if (!why && state !== 'full') return `Camera ${name}`
    const isDown = state === 'offline' || state === 'interrupted'
    const time = isDown ? ` since ${clock(since, 'UTC')} UTC` : ''
    const reasons = [why, tail].filter(Boolean).map((reason) => `: ${reason}`)
    return `Camera ${name} ${STATES[state] ?? state}${time}${reasons.join('')}`
  },
  draw(ctx, { key, params, pictures: [frame], width, height, data }) {
    const camera = data as Data | undefined
    if (!parseCrop(params.crop))
      throw failure('crop: expected x,y,width,height in percent of the frame', { status: 400 })
    if (!frame) return drawCard(ctx, camera, key, { width, height })
    ctx.fillStyle = params.background
    ctx.fillRect(0, 0, width, height)
    const { fit, crop } = params as { fit: FrameFit; crop: string }
    drawFrame(ctx, frame, { width, height }, { fit, crop })
    if (camera?.state === 'interrupted') {
      ctx.fillStyle = '#0d111799'
      ctx.fillRect(0, 0, width, height)
      drawStrip(ctx, `no signal since ${clock(camera.since, params.zone)}`, { width, height })
    }
    const shown = params.overlay.split(',').map((part) => part.trim())
    const parts = [
      ...(shown.includes('name') ? [camera?.name ?? key] : []),
      ...(shown.includes('time') && camera?.at !== undefined ? [clock(camera.at, params.zone)] : []),
    ]
    if (parts.length > 0) drawStrip(ctx, parts.join('  '), { width, height }, { isAbove: true })
  },
})

/** Says what is known about a camera without a frame: since when, why, and the last words of its source. */
function drawCard(
  ctx: Context,
  camera: Data | undefined,
  key: string,
  size: { width: number; height: number },
) {
  const { width, height } = size
  ctx.fillStyle = GROUND
  ctx.fillRect(0, 0, width, height)
  const missing = {
    name: 'no camera',
    state: key,
    since: 0,
    why: `--cameras, or PUT /api/cameras/${key}`,
    tail: '',
  }
  const { name, state, since, why, tail } = camera ?? missing
  const lines = [
    { text: `${name} ${STATES[state] ?? state}`, size: 15, color: INK },
    ...(state === 'offline' ? [{ text: `since ${clock(since, 'UTC')} UTC`, size: 12, color: PALE }] : []),
    ...(why === '' ? [] : [{ text: why, size: 12, color: PALE }]),
    ...(tail === '' ? [] : [{ text: tail, size: 11, color: PALE }]),
  ]
  const step = Math.min(22, height / (lines.length + 1))
  lines.forEach(({ text, size, color }, index) => {
    const y = height / 2 + (index - (lines.length - 1) / 2) * step
    drawText(ctx, text, width / 2, y, { size: Math.min(size, step * 0.8), color, width: width - 16 })
  })
}

function toIso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString()
}

/** 2026-11-28 14:05:09 in a zone. */
function clock(time: number, zone: string): string {
  return new Date(time + zoneOffset(time, zone)).toISOString().slice(0, 19).replace('T', ' ')
}
