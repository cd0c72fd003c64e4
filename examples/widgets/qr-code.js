import { defineWidget, param } from 'imgcast/widget'
import QRCode from 'qrcode'

/** White around the code, in modules: readers need four. */
const QUIET = 4

export default defineWidget({
  title: 'QR code',
  about: 'A QR code of any text or link.',
  size: { width: { min: 80, max: 800, default: 160 }, height: { min: 80, max: 800, default: 160 } },
  params: {
    text: param.text('https://example.com', { max: 300, about: 'What the code contains.' }),
    dark: param.color('#1f2328', { about: 'The dark modules.' }),
  },

  draw(ctx, { params, width, height }) {
    const { modules } = QRCode.create(params.text || ' ', { errorCorrectionLevel: 'M' })
    const unit = Math.min(width, height) / (modules.size + 2 * QUIET)
    ctx.fillStyle = '#ffffff'
    ctx.fillRect(0, 0, width, height)
    ctx.fillStyle = params.dark
    ctx.beginPath()
    for (let row = 0; row < modules.size; row += 1) {
      for (let column = 0; column < modules.size; column += 1) {
        if (!modules.get(row, column)) continue
        // A little larger, so that no light line shows between two modules.
        ctx.rect((column + QUIET) * unit, (row + QUIET) * unit, unit * 1.02, unit * 1.02)
      }
    }
    ctx.fill()
  },
  json: ({ params }) => ({ text: params.text }),
})
