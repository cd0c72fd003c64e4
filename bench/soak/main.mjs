/**
 * 2000 viewers of three widgets join and leave for half an hour, to find leaks. Writes the curve as JSON and as a picture.
 *
 *   node bench/soak/main.mjs [--minutes 30] [--viewers 2000] [--json FILE] [--picture FILE]
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Viewers } from '../load.mjs'
import { sleep, using } from '../measure.mjs'
import { startImgcast } from '../servers.mjs'
import { childrenOf, descriptors, residentBytes } from '../system.mjs'
import { drawCurve } from './curve.mjs'
import { judge } from './judge.mjs'

const PATHS = ['/online/soak.png', '/sine/soak.png?fps=4', '/frames/soak.png?bytes=20k&fps=2']
/** Samples of a whole run. */
const SAMPLES = 360
/** The fraction of the viewers that is replaced each second. */
const CHURN = 0.02
const at = (path) => fileURLToPath(new URL(path, import.meta.url))

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    viewers: { type: 'string', default: '2000' },
    json: { type: 'string', default: at('../../docs/soak.json') },
    picture: { type: 'string', default: at('../../docs/images/soak.png') },
  },
})
const minutes = Number(values.minutes)
const each = Math.round(Number(values.viewers) / PATHS.length)
const leavers = Math.max(1, Math.round(each * CHURN))
const period = (minutes * 60_000) / SAMPLES
const samplesFile = join(at('../../.tmp'), 'soak-samples.jsonl')
mkdirSync(dirname(samplesFile), { recursive: true })
rmSync(samplesFile, { force: true })
writeFileSync(samplesFile, '')

const env = { SOAK_SAMPLES: samplesFile, SOAK_PERIOD: String(Math.min(period, 5000)) }
const samples = await using(await startImgcast([], ['--import', at('sample-resources.mjs')], env), run)
const result = {
  date: new Date().toISOString().slice(0, 10),
  minutes,
  viewers: each * PATHS.length,
  churn: CHURN,
}
const verdicts = judge(samples)
save(values.json, `${JSON.stringify({ ...result, verdicts, samples }, null, 1)}\n`)
save(values.picture, drawCurve({ ...result, samples }))
process.stdout.write(`${JSON.stringify({ ...result, verdicts }, null, 2)}\n`)

async function run(server) {
  const crowds = PATHS.map(() => new Viewers(server.port))
  return using(crowds, async () => {
    await Promise.all(crowds.map((crowd, index) => crowd.open(each, PATHS[index])))
    const from = performance.now()
    const samples = []
    while (performance.now() - from < minutes * 60_000) {
      const next = performance.now() + 1000
      await Promise.all(crowds.map((crowd, index) => churn(crowd, PATHS[index])))
      if (samples.length * period <= performance.now() - from)
        samples.push(await sample(server, crowds, from))
      await sleep(Math.max(0, next - performance.now()))
    }
    return samples
  })
}

async function churn(crowd, path) {
  await crowd.leave(leavers)
  await crowd.open(leavers, path)
}

async function sample({ pid }, crowds, from) {
  const counts = await Promise.all(crowds.map((crowd) => crowd.count()))
  return {
    time: Math.round(performance.now() - from),
    alive: counts.reduce((sum, { alive }) => sum + alive, 0),
    serverBytes: residentBytes(pid),
    rendererBytes: childrenOf(pid).map(residentBytes),
    descriptors: descriptors(pid),
    ...lastSample(),
  }
}

function lastSample() {
  const last = readFileSync(samplesFile, 'utf8').trim().split('\n').at(-1)
  return last === '' ? {} : JSON.parse(last)
}

function save(path, content) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
