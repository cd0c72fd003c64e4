import { brightness, cutText, defineWidget, param } from 'imgcast/widget'

const COLORS = ['#e5534b', '#e0823d', '#c69026', '#57ab5a', '#539bf5', '#b083f0']
const BOLD = '600 22px Inter'
const PLAIN = '500 14px Inter'

export default defineWidget({
  title: 'My widget',
  about: 'A greeting, and a face for everyone who is here.',

  // In CSS pixels. Viewers may ask for another width with `?width=400`; the height is always this.
  size: { width: { min: 240, max: 600, default: 340 }, height: 76 },

  // What viewers may choose in the query: `/my-widget.png?greeting=Hello&background=white`.
  params: {
    greeting: param.text('Welcome', { max: 40, about: 'The text at the top.' }),
    background: param.color('#22272e', { about: 'The background. The text is light or dark to match.' }),
  },

  // Plain canvas calls on a transparent canvas. Draw from nothing but the scene, which is the second argument:
  // the picture is drawn again whenever somebody comes or goes, and the same scene must be the same picture.
  draw(ctx, { width, height, params, visitors }) {
    const { greeting, background } = params
    const ink = brightness(background) > 0.6 ? '#1f2328' : '#ffffff'

    // The card, with a hairline so that its edge shows on a page of the same colour.
    ctx.beginPath()
    ctx.roundRect(0.5, 0.5, width - 1, height - 1, 14)
    ctx.fillStyle = background
    ctx.fill()
    ctx.strokeStyle = `${ink}26`
    ctx.stroke()

    // Faces, the first one in front, as many as there is room for.
    const [radius, step] = [20, 30]
    const seats = Math.min(visitors, Math.floor((width - 170) / step))
    const left = width - 18 - radius * 2 - (seats - 1) * step
    for (let seat = seats - 1; seat >= 0; seat -= 1) {
      const [x, y] = [left + radius + seat * step, height / 2]
      ctx.save()
      ctx.beginPath()
      ctx.arc(x, y, radius + 3, 0, Math.PI * 2)
      ctx.fillStyle = background
      ctx.fill()
      ctx.beginPath()
      ctx.arc(x, y, radius, 0, Math.PI * 2)
      ctx.clip()
      ctx.fillStyle = COLORS[seat % COLORS.length] ?? ink
      ctx.fillRect(x - radius, y - radius, radius * 2, radius * 2)
      ctx.fillStyle = '#ffffffd9'
      ctx.beginPath()
      ctx.arc(x, y - 5, 7, 0, Math.PI * 2)
      ctx.arc(x, y + 18, 13, 0, Math.PI * 2)
      ctx.fill()
      ctx.restore()
    }

    // The words, cut where they would run into the faces.
    const room = (seats > 0 ? left : width) - 34
    ctx.fillStyle = ink
    ctx.font = BOLD
    ctx.fillText(cutText(greeting, BOLD, room), 18, 36)
    ctx.globalAlpha = 0.7
    ctx.font = PLAIN
    ctx.fillText(cutText(visitors === 1 ? '1 person here' : `${visitors} people here`, PLAIN, room), 18, 57)
  },
})
