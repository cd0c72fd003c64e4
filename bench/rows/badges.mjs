import { requestRate } from '../load/requests.mjs'
import { alternate, atLeast, median, using } from '../measure.mjs'
import { startImgcast, startNodeBadge } from '../servers.mjs'

const ROUNDS = 5
const TIME = 3_000
const CONNECTIONS = 16
/** Of a bare `http` server that returns `makeBadge()`. */
const OF_BARE = 0.6
/** Of a badge that is drawn with text on a canvas, in a channel of its own. */
const OF_CHANNEL = 2

/** Badges with new texts each time: no response is cached. */
export const badges = {
  name: 'badges',
  title: 'Badges with ever new texts',
  target: `.svg at least ${OF_BARE} of http with makeBadge(), .png at least ${OF_CHANNEL} times the channel’s rate`,
  async measure(scale) {
    const [ours, bare] = [await startImgcast(), await startNodeBadge()]
    return using([ours, bare], async () => {
      let last = 0
      const next = (toPath) => () => {
        last += 1
        return toPath(`text ${last}`.replace(' ', '%20'))
      }
      const subjects = {
        bare: [bare, next((text) => `/badge/build-${text}-blue.svg`)],
        badge: [ours, next((text) => `/badge/build-${text}-blue.svg`)],
        status: [ours, next((text) => `/status/build.svg?label=${text}`)],
        channel: [ours, next((text) => `/canvas-badge/main.png?label=${text}`)],
        png: [ours, next((text) => `/badge/build-${text}-blue.png`)],
      }
      const time = scale.time(TIME)
      const measure = ([{ port }, toPath]) => requestRate(port, toPath, { connections: CONNECTIONS, time })
      // The first requests compile the code of either server.
      await alternate(subjects, 1, measure)
      const rates = await alternate(subjects, scale.rounds(ROUNDS), measure)
      const of = (name) => median(rates[name])
      return [
        part('/badge/*.svg', of('badge'), of('bare'), OF_BARE),
        part('/status/*.svg', of('status'), of('bare'), OF_BARE),
        part('/badge/*.png', of('png'), of('channel'), OF_CHANNEL),
      ]
    })
  },
}

function part(what, ours, control, floor) {
  return {
    ...atLeast(what, '/s', ours, floor, control),
    value: ours / control,
    holds: ours / control >= floor,
  }
}
