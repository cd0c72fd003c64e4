import { Viewers } from '../load.mjs'
import { alternate, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'
import { COUNTER } from './fan-out.mjs'

const VIEWERS = 1000
const JOINS = 9
const REST = 400
const WARM_UP = 1500
const HOT = '/sine/hot.png?width=1280&height=720&fps=30'

/** The effect of a widget that draws 1280x720 at 30 fps on the viewers of another widget. */
export const hotWidget = {
  name: 'hot-widget',
  title: 'A viewer joins, while another widget draws 1280x720 at 30 fps',
  target: 'as without it, within the noise',
  async measure(scale) {
    const count = scale.viewers(VIEWERS)
    return using(await startImgcast(['--heartbeat', '60s']), ({ port }) =>
      using([new Viewers(port), new Viewers(port)], async ([crowd, hot]) => {
        await crowd.open(count, COUNTER)
        const rounds = scale.name === 'full' ? 3 : 1
        const results = await alternate({ calm: false, hot: true }, rounds, async (isHot) => {
          if (isHot) await hot.open(1, HOT)
          await sleep(scale.time(WARM_UP))
          const times = []
          for (let join = 0; join < (scale.name === 'full' ? JOINS : 3); join += 1) {
            times.push((await crowd.join(COUNTER)).last)
            await sleep(scale.time(REST))
          }
          if (isHot) await hot.close()
          return times
        })
        const [calm, warm] = [results.calm.flat(), results.hot.flat()]
        const noise = spread(calm)
        return [ratio(`${count} viewers, the last`, 'ms', median(warm), median(calm), 1 + noise, noise)]
      }),
    )
  },
}
