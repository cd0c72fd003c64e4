import { defineWidget, param } from 'imgcast/widget'

const ROW = 34

export default defineWidget({
  title: 'Vote',
  about: 'A vote of one click, and one vote for each reader and day: link to /vote/main/click/<choice>.',
  size: ({ params: { choices } }) => ({ width: 320, height: 44 + choices.split(',').length * ROW }),
  params: {
    question: param.text('Tabs or spaces?', { max: 60, about: 'The heading.' }),
    choices: param.text('tabs,spaces', { max: 200, about: 'The choices, with commas between.' }),
  },

  async onClick({ action, visitor, state }) {
    await state.update<Record<string, string>>('votes', (votes = {}) => ({ ...votes, [visitor]: action }))
  },

  async load({ state }) {
    const votes = Object.values((await state.get<Record<string, string>>('votes')) ?? {})
    const counts: Record<string, number> = {}
    for (const vote of votes) counts[vote] = (counts[vote] ?? 0) + 1
    return counts
  },
  example: { tabs: 17, spaces: 25 } as Record<string, number>,

  draw(ctx, { params, data, width, height }) {
    const choices = params.choices.split(',')
    const sum = choices.reduce((total, choice) => total + (data[choice] ?? 0), 0)
    ctx.fillStyle = '#ffffff'
    ctx.strokeStyle = '#d0d7de'
    ctx.beginPath()
    ctx.roundRect(0.5, 0.5, width - 1, height - 1, 10)
    ctx.fill()
    ctx.stroke()
    ctx.fillStyle = '#1f2328'
    ctx.font = '600 15px Inter'
    ctx.fillText(params.question, 16, 27)
    for (const [row, choice] of choices.entries()) {
      const count = data[choice] ?? 0
      const [y, wide] = [42 + row * ROW, width - 32]
      ctx.fillStyle = '#eaeef2'
      ctx.beginPath()
      ctx.roundRect(16, y, wide, ROW - 8, 6)
      ctx.fill()
      ctx.save()
      ctx.clip()
      ctx.fillStyle = '#9ec7ff'
      ctx.fillRect(16, y, sum === 0 ? 0 : (wide * count) / sum, ROW - 8)
      ctx.restore()
      ctx.fillStyle = '#1f2328'
      ctx.font = '500 13px Inter'
      ctx.fillText(choice, 26, y + 18)
      ctx.textAlign = 'right'
      ctx.fillText(`${count}`, width - 26, y + 18)
      ctx.textAlign = 'left'
    }
  },
  json: ({ data }) => data,
})
