import { afterAll, beforeAll, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { plainFrame, noisyFrame } from '../support/frames.ts'
import { img, Site } from './support/site.ts'
import { useBrowser } from './support/stage.ts'

let site: Site
beforeAll(async () => { site = await Site.start() })
afterAll(() => site.close())
const stage = useBrowser('firefox')
const small = { width: 40, height: 20 }
test.each(['png same', 'png shown', 'png two tabs', 'jpeg two tabs'])('variant %s', { timeout: 200000 }, async (v) => {
  const out: string[] = []
  for (let i = 0; i < 6; i++) {
    const format = v.startsWith('png') ? 'png' : 'jpeg' as const
    const feed = site.feed(plainFrame('rgb(10,0,0)', {...small, format}))
    const other = site.feed(plainFrame('rgb(10,0,0)', {...small, format}))
    const first = v.includes('two') ? await stage.open(site.page(img(other.path, small))) : undefined
    if (first) { await first.screenshot(); await sleep(300); await first.screenshot() }
    const tab = await stage.open(site.page(img(feed.path, small)))
    await tab.screenshot(); await sleep(200)
    if (v !== 'png same') feed.show(plainFrame('rgb(20,0,0)', {...small, format}))
    await sleep(200)
    await tab.screenshot()
    if (first) await first.screenshot()
    const at = performance.now()
    await stage.close(tab)
    const t1 = performance.now()
    while (!feed.closed && performance.now() - at < 3000) await sleep(2)
    out.push(feed.closed ? `${Math.round(t1-at)}:${Math.round(performance.now() - t1)}ms` : `OPEN`)
    if (first) await stage.close(first)
    site.clear()
  }
  console.log('RES', v, out.join(' '))
})
