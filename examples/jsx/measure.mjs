/** Prints the processor time of the card: its layout by satori in `load`, and a frame at each scale. */
import { renderOnce } from 'imgcast/test'
import { createJiti } from 'jiti'

const jiti = createJiti(import.meta.url, { jsx: { runtime: 'automatic', importSource: 'imgcast' } })
const { default: card } = await jiti.import('./widgets/card.tsx')
const RUNS = 30

async function measure(name, run) {
  // The first runs compile.
  for (let count = 0; count < 10; count += 1) await run(count)
  const begun = process.cpuUsage()
  for (let count = 0; count < RUNS; count += 1) await run(count)
  const { user, system } = process.cpuUsage(begun)
  console.log(`${name.padEnd(24)} ${((user + system) / 1000 / RUNS).toFixed(1)} ms`)
}

const params = { title: 'Pictures that stay live', author: 'by Ada', tags: 'svg,jsx,flexbox' }
await measure('layout', (count) => card.load({ params: { ...params, title: `${params.title} ${count}` } }))
const data = await card.load({ params })
for (const scale of [1, 2, 3])
  await measure(`a PNG at scale ${scale}`, () => renderOnce(card, { params, data, scale }))
