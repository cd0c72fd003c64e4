import { cpus } from 'node:os'
import { defineWidget, param } from 'imgcast/widget'

/** The share of time that all cores were busy between two readings. */
let last = read()

function read(): { busy: number; all: number } {
  const times = cpus().map((cpu) => cpu.times)
  const sum = (pick: (time: (typeof times)[number]) => number) =>
    times.reduce((total, time) => total + pick(time), 0)
  const idle = sum((time) => time.idle)
  const all = sum((time) => time.user + time.nice + time.sys + time.idle + time.irq)
  return { busy: all - idle, all }
}

export default defineWidget({
  title: 'Processor',
  about: 'How busy this machine was in the last hour, also while no picture was open.',
  size: { width: 240, height: 64 },
  params: { color: param.color('#3fb950', { about: 'The line.' }) },

  // Runs on one node, with or without viewers: the picture has its past before anyone opens it.
  collect: {
    every: '1m',
    async run({ state }) {
      const now = read()
      const share = now.all > last.all ? (now.busy - last.busy) / (now.all - last.all) : 0
      last = now
      await state.push('shares', Math.round(share * 1000) / 1000, { keep: 60 })
    },
  },

  load: async ({ state }) => (await state.get<number[]>('shares')) ?? [],
  example: Array.from({ length: 60 }, (_, minute) => 0.3 + 0.22 * Math.sin(minute / 6) + (minute % 7) / 30),

  draw(ctx, { data, params, width, height }) {
    ctx.fillStyle = '#161b22'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 10)
    ctx.fill()
    ctx.fillStyle = '#8b949e'
    ctx.font = '500 11px Inter'
    ctx.fillText('processor', 12, 20)
    ctx.fillStyle = '#f0f6fc'
    ctx.font = '600 20px Inter'
    const newest = data.at(-1)
    ctx.fillText(newest === undefined ? '–' : `${Math.round(newest * 100)} %`, 12, 46)

    const [left, right, top, bottom] = [86, width - 12, 12, height - 12]
    const at = (share: number, index: number): [number, number] => [
      right - ((data.length - 1 - index) * (right - left)) / 59,
      bottom - Math.min(1, share) * (bottom - top),
    ]
    ctx.strokeStyle = '#30363d'
    ctx.strokeRect(left, top, right - left, bottom - top)
    if (data.length < 2) return
    ctx.beginPath()
    for (const [index, share] of data.entries()) ctx.lineTo(...at(share, index))
    ctx.strokeStyle = params.color
    ctx.lineWidth = 1.5
    ctx.stroke()
    ctx.lineTo(right, bottom)
    ctx.lineTo(at(0, 0)[0], bottom)
    ctx.globalAlpha = 0.18
    ctx.fillStyle = params.color
    ctx.fill()
  },
  json: ({ data }) => ({ shares: data }),
})
