import { Viewers } from '../load.mjs'
import { alternate, atMost, figure, median, sleep, using } from '../measure.mjs'
import { startC, startImgcast, startNodeHttp } from '../servers.mjs'

const VISITS = 200
/** The drawing time of the widget; a tenth of it is far more than a round trip. */
const DRAWING = 300
const SLOW = '/slow/main.png'

/** The first picture of a channel that already has one: it is sent with the head. */
export const warmPicture = {
  name: 'warm-picture',
  title: 'First picture of a warm channel, of a widget that takes 300 ms to draw',
  target: 'one round trip: no draw, no encode, no wait',
  async measure(scale) {
    const subjects = {
      C: await startC({ bytes: 600 }),
      ours: await startImgcast(),
      bare: await startNodeHttp('bare', { bytes: 600 }),
    }
    return using(Object.values(subjects), async () => {
      const visits = scale.name === 'full' ? VISITS : 10
      const results = await alternate(subjects, 1, ({ port }) => measureServer(port, visits))
      const [times = [], C = [], bare = []] = ['ours', 'C', 'bare'].map((name) => results[name]?.[0])
      return [
        atMost('half', 'ms', median(times), DRAWING / 10, median(bare)),
        atMost('the slowest', 'ms', Math.max(...times), DRAWING / 3, Math.max(...bare)),
        figure('half, beside the C program', 'ms', median(times), median(C)),
      ]
    })
  },
}

async function measureServer(port, visits) {
  return using(new Viewers(port), async (viewers) => {
    await viewers.open(1, SLOW)
    await sleep(DRAWING * 3)
    const times = []
    for (let visit = 0; visit < visits; visit += 1) times.push((await viewers.open(1, SLOW)).last)
    return times
  })
}
