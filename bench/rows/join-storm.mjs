import { Viewers } from '../load.mjs'
import { alternate, atMost, figure, median, sleep, using } from '../measure.mjs'
import { startC, startImgcast } from '../servers.mjs'
import { COUNTER, pictureBytes } from './fan-out.mjs'

const VIEWERS = 5000
const OVER = 2000
const ROUNDS = 3
const MAX_DELAY = 1000
/** A channel draws at most every 100 ms; this many more after the last join. */
const MIN_INTERVAL = 100
const AFTERWARDS = 10

/** A crowd arrives at once: every viewer gets a picture soon, and few pictures are drawn. */
export const joinStorm = {
  name: 'join-storm',
  title: '5000 viewers arrive within 2 s',
  target: 'each gets its first picture at most 1 s after the C program gives it, pictures drawn by time',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    const over = scale.time(OVER)
    const ways = { C: startSame, ours: () => startImgcast() }
    const results = await alternate(ways, scale.rounds(ROUNDS), async (start) => {
      const server = await start()
      return server && using(server, () => storm(server, count, over))
    })
    const all = (name, field) => results[name].map((run) => run?.[field] ?? Number.NaN)
    const late = median(all('ours', 'last')) - median(all('C', 'last'))
    const drawn = median(all('ours', 'drawn'))
    const longest = median(all('ours', 'took')) / MIN_INTERVAL + AFTERWARDS
    return [
      atMost(
        'viewers without a picture',
        '',
        Math.max(...all('ours', 'failed')),
        0,
        Math.max(...all('C', 'failed')),
      ),
      figure('first picture, half', 'ms', median(all('ours', 'p50')), median(all('C', 'p50'))),
      figure('first picture, the 99th percentile', 'ms', median(all('ours', 'p99')), median(all('C', 'p99'))),
      figure('first picture, the last', 'ms', median(all('ours', 'last')), median(all('C', 'last'))),
      atMost('the last, later than the C program’s', 'ms', late, MAX_DELAY),
      atMost('pictures drawn', '', drawn, Math.round(longest)),
    ]
  },
}

async function startSame() {
  const bytes = await using(await startImgcast(), (server) => pictureBytes(server, COUNTER))
  return startC({ bytes, joinInterval: MIN_INTERVAL })
}

async function storm({ port }, count, over) {
  return using([new Viewers(port), new Viewers(port)], async ([first, crowd]) => {
    await first.open(1, COUNTER)
    await sleep(500)
    await first.count()
    const from = performance.now()
    const opened = await crowd.open(count, COUNTER, { over })
    await sleep(1000)
    const took = performance.now() - from
    // A viewer that is connected throughout and keeps up gets every picture that is drawn.
    const { parts } = await first.count()
    return { ...opened, took, drawn: parts }
  })
}
