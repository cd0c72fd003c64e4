import {
  defineWidget,
  drawFrame,
  drawStrip,
  drawText,
  type FrameFit,
  failure,
  param,
  parseCrop,
  toPalette,
} from 'imgcast/widget'

/** A pushed picture, as the server stores it. */
interface Stored {
  format: string
  width: number
  height: number
  bytes: number
  at: number
  lateAt?: number
}

/** The server adds `late` to a picture that was not pushed again in time. */
type Data = { stored: Stored | undefined; late?: string }

export default defineWidget({
  title: 'Pushed picture',
  about:
    'A plot, a screenshot or any other image file that a script sends: curl -T plot.png …/api/pictures/<key>.',
  gallery: { rank: 110 },
  role: 'pushed-picture',
  size: { width: { min: 0, max: 4096, default: 0 }, height: { min: 0, max: 4096, default: 0 } },
  params: {
    fit: param.choice(['contain', 'cover', 'fill'], 'contain', {
      about: 'With both width and height: the whole picture, cut at two sides, or stretched.',
    }),
    crop: param.text('', {
      max: 60,
      about: 'The part to show: x,y,width,height in percent, like 25,0,50,100.',
    }),
    background: param.color('transparent', { about: 'Behind the picture.' }),
    theme: param.theme('auto', { about: 'Of the page, for the words where there is no picture.' }),
  },
  load: async ({ state }): Promise<Data> => ({ stored: await state.get<Stored>('$picture') }),
  json: ({ room, connections, visitors, peak, data: { stored } }) => {
    const { format, width, height, bytes, at, lateAt } = stored ?? {}
    const picture = { format, width, height, bytes, at: toIso(at), ...(lateAt && { lateAt: toIso(lateAt) }) }
    return { room, connections, visitors, peak, picture: stored ? picture : null }
  },
  alt: ({ key, data: { stored } }) =>
    stored ? `Picture ${key}, ${stored.width} by ${stored.height} pixels` : `No picture ${key} yet`,
  draw(ctx, { key, params, pictures: [picture], width, height, data }) {
    ctx.fillStyle = params.background
    ctx.fillRect(0, 0, width, height)
    if (!parseCrop(params.crop))
      throw failure('crop: expected x,y,width,height in percent of the picture', { status: 400 })
    if (!picture) {
      const { ink } = toPalette(params)
      const write = (text: string, y: number, size: number) =>
        drawText(ctx, text, width / 2, y, { size, color: ink, width: width - 16 })
      write(`no picture ${key} yet`, height / 2 - 10, 15)
      write(`PUT /api/pictures/${key}`, height / 2 + 14, 12)
      return
    }
    if (data.late !== undefined) ctx.globalAlpha = 0.6
    const { fit, crop } = params as { fit: FrameFit; crop: string }
    drawFrame(ctx, picture, { width, height }, { fit, crop })
    ctx.globalAlpha = 1
    if (data.late !== undefined) drawStrip(ctx, data.late, { width, height })
  },
})

function toIso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}
