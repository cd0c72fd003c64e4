import { cutText, defineWidget, loadImage, param } from 'imgcast/widget'

const portrait = await loadImage(new URL('./portrait.png', import.meta.url))

export default defineWidget({
  title: 'Profile',
  about: 'A card with a portrait, and whether its owner is reading now.',
  size: { width: 300, height: 96 },
  params: {
    name: param.text('Ada Lovelace', { max: 40, about: 'The name.' }),
    role: param.text('Analyst of engines', { max: 60, about: 'The line below it.' }),
  },

  draw(ctx, { params, visitors, width, height }) {
    ctx.fillStyle = '#ffffff'
    ctx.strokeStyle = '#d0d7de'
    ctx.beginPath()
    ctx.roundRect(0.5, 0.5, width - 1, height - 1, 14)
    ctx.fill()
    ctx.stroke()
    ctx.save()
    ctx.beginPath()
    ctx.arc(48, 48, 32, 0, Math.PI * 2)
    ctx.clip()
    ctx.drawImage(portrait, 16, 16, 64, 64)
    ctx.restore()
    ctx.fillStyle = visitors > 0 ? '#2da44e' : '#8c959f'
    ctx.beginPath()
    ctx.arc(72, 72, 7, 0, Math.PI * 2)
    ctx.fill()
    ctx.strokeStyle = '#ffffff'
    ctx.lineWidth = 2
    ctx.stroke()
    ctx.fillStyle = '#1f2328'
    ctx.font = '600 18px Inter'
    ctx.fillText(cutText(params.name, ctx.font, width - 112), 96, 42)
    ctx.fillStyle = '#59636e'
    ctx.font = '500 13px Inter'
    ctx.fillText(cutText(params.role, ctx.font, width - 112), 96, 62)
    ctx.fillText(visitors === 1 ? '1 reader' : `${visitors} readers`, 96, 80)
  },
})
