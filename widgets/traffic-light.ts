import { colorOfWord, defineWidget, param, readStatus } from 'imgcast/widget'

const LAMPS = [
  { lit: '#ff3b30', core: '#ffb3a6', sheen: '#5c2b29', dark: '#3a1b1a' },
  { lit: '#ffb800', core: '#fff0b3', sheen: '#594a22', dark: '#382e16' },
  { lit: '#2fd158', core: '#c4ffd0', sheen: '#245232', dark: '#16321f' },
]
const LIGHTS = ['red', 'yellow', 'green']
/** A light that is set waits for the next status, and for nothing else. */
const STILL = Number.POSITIVE_INFINITY

export default defineWidget({
  title: 'Traffic light',
  about: 'Red, yellow and green in turn, or the light of the status of the same key.',
  gallery: { rank: 40 },
  role: 'ticker',
  size: { width: { min: 24, max: 400, default: 60 }, height: { min: 60, max: 1000, default: 150 } },
  params: {
    interval: param.duration(500, { min: 100, max: 3_600_000, about: 'How long each light is on.' }),
  },
  // A light is set as a status is: PUT /api/status/<key>.
  load: ({ key, readRoom }) => readRoom(`status/${key}`, 'badge'),
  alt: ({ params, key, data, time }) => `Traffic light: ${LIGHTS[litOf(params.interval, data, key, time)]}`,
  json: ({ room, key, data, time }) => {
    const light = data === undefined ? undefined : lightOf(data, key, time)
    return { room, light: light === undefined ? 'in turn' : LIGHTS[light] }
  },
  // Whole milliseconds: multiples of 100.1 are not exact, and a light would occasionally come twice.
  animate: {
    every: ({ params, data }) => (data === undefined ? Math.round(params.interval) : STILL),
    loop: ({ params, data }) => (data === undefined ? Math.round(params.interval) * LAMPS.length : 0),
  },
  draw(ctx, { width, height, params, time, key, data }) {
    const lit = litOf(params.interval, data, key, time)
    // Drawn as 60 x 150 and scaled to the requested size.
    const unit = Math.min(width / 60, height / 150)
    ctx.translate((width - 60 * unit) / 2, (height - 150 * unit) / 2)
    ctx.scale(unit, unit)

    const housing = ctx.createLinearGradient(0, 0, 60, 0)
    housing.addColorStop(0, '#2f353d')
    housing.addColorStop(0.5, '#262b32')
    housing.addColorStop(1, '#1b1f24')
    ctx.beginPath()
    ctx.roundRect(0, 0, 60, 150, 16)
    ctx.fillStyle = '#4a525c'
    ctx.fill()
    ctx.beginPath()
    ctx.roundRect(1, 1, 58, 148, 15)
    ctx.fillStyle = housing
    ctx.fill()

    const yOf = (index: number) => 31 + index * 44
    // Gradients of one circle, from its centre: in an SVG, those between two circles would be inside out.
    const halo = ctx.createRadialGradient(30, yOf(lit), 0, 30, yOf(lit), 29)
    halo.addColorStop(17 / 29, `${LAMPS[lit]?.lit}80`)
    halo.addColorStop(1, `${LAMPS[lit]?.lit}00`)
    ctx.fillStyle = halo
    ctx.fillRect(1, yOf(lit) - 29, 58, 58)
    LAMPS.forEach((lamp, index) => {
      const y = yOf(index)
      ctx.beginPath()
      ctx.arc(30, y, 19, 0, Math.PI * 2)
      ctx.fillStyle = '#12151a'
      ctx.fill()
      const glass = ctx.createRadialGradient(25, y - 6, 0, 25, y - 6, 24)
      glass.addColorStop(0, index === lit ? lamp.core : lamp.sheen)
      glass.addColorStop(index === lit ? 0.62 : 1, index === lit ? lamp.lit : lamp.dark)
      ctx.beginPath()
      ctx.arc(30, y, 17, 0, Math.PI * 2)
      ctx.fillStyle = glass
      ctx.fill()
    })
  },
})

/** The light that is on: that of the status, or else of its turn. */
function litOf(interval: number, stored: unknown, key: string, time: number): number {
  if (stored !== undefined) return lightOf(stored, key, time)
  return Math.floor(time / Math.round(interval)) % LAMPS.length
}

/** The light of a status: of its word, like `passing` or `red`, if it has no colour of its own. */
function lightOf(stored: unknown, key: string, time: number): number {
  const { color } = (stored ?? {}) as { color?: unknown }
  const content = readStatus(stored, key, time)
  const word = color === undefined && !content.isError ? colorOfWord(content.message) : undefined
  if (word === 'lightgrey') return 1
  const { level } =
    word === undefined ? content : readStatus({ message: content.message, color: word }, key, time)
  return level === 'up' ? 2 : level === 'down' ? 0 : 1
}
