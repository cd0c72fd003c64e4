import { Viewers } from '../load.mjs'
import { atLeast, atMost, figure, sleep, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'

const VIEWERS = 19_000
const LASTS = 10_000
const PAUSE = 23
const MAX_PAGE_TIME = 100

/** The time of a page on a server that is full of viewers of a picture that changes once a second. */
export const capacity = {
  name: 'capacity',
  title: 'A new page, while one process serves 19 000 viewers a frame a second',
  target: 'under 100 ms',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    return using(await startImgcast(), (server) =>
      using(new Viewers(server.port), async (viewers) => {
        const opened = await viewers.open(count, '/frames/main.png?bytes=2k&fps=1')
        await sleep(scale.time(2000))
        await viewers.count()
        const time = scale.time(LASTS)
        const pages = await askPages(`${server.url}/frames/main`, time)
        const { parts } = await viewers.count()
        const at = (share) => pages[Math.min(pages.length - 1, Math.floor(pages.length * share))]
        return [
          atLeast('viewers held', '', opened.opened, count),
          figure('frames each got a second', '', (parts / count / time) * 1000),
          figure('a page, half', 'ms', at(0.5)),
          atMost('a page, the 99th percentile', 'ms', at(0.99), MAX_PAGE_TIME),
          atMost('a page, the slowest', 'ms', pages.at(-1), MAX_PAGE_TIME),
        ]
      }),
    )
  },
}

/** Requests a page over a new connection repeatedly; returns the times, sorted. */
export async function askPages(url, time) {
  const times = []
  const until = performance.now() + time
  while (performance.now() < until) {
    const from = performance.now()
    const response = await fetch(url, { headers: { Accept: 'text/html', Connection: 'close' } })
    await response.text()
    if (!response.ok) throw new Error(`${url} returned ${response.status}`)
    times.push(performance.now() - from)
    await sleep(PAUSE)
  }
  return times.sort((a, b) => a - b)
}
