import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createCertificate } from '../certificate.mjs'
import { alternate, median, ratio, sleep, spread, using } from '../measure.mjs'
import { startImgcast, startNodeHttp2 } from '../servers.mjs'
import { processorTime } from '../system.mjs'

const VIEWERS = 1000
/** At 20 kB and more frames the viewers, in the other process, would take the time of the servers. */
const CELLS = [
  { bytes: 2000, fps: 5 },
  { bytes: 20_000, fps: 1 },
]
const SETTLING = 3000
const LASTS = 3000
const ROUNDS = 5
const LIMIT = 1.3
const LOAD = fileURLToPath(new URL('../load/http2-viewers.mjs', import.meta.url))

/** Processor time a delivered frame over HTTP/2 and TLS. */
export const http2Cost = {
  name: 'http2',
  title: 'Processor time a delivered frame, HTTP/2 over TLS',
  target: 'at most 1.3 x http2 and stream.write',
  async measure(scale) {
    const lines = []
    const certificate = createCertificate()
    try {
      for (const cell of scale.name === 'full' ? CELLS : CELLS.slice(0, 1))
        lines.push(await measureCell(scale, cell, certificate))
    } finally {
      certificate.remove()
    }
    return lines
  },
}

async function measureCell(scale, { bytes, fps }, { cert, key }) {
  const count = scale.viewers(VIEWERS)
  const subjects = {
    ours: await startImgcast(['--tls-cert', cert, '--tls-key', key]),
    bare: await startNodeHttp2({ cert, key, bytes, fps }),
  }
  const path = `/frames/main.png?bytes=${bytes / 1000}k&fps=${fps}`
  const costs = await using(Object.values(subjects), () =>
    alternate(subjects, scale.rounds(ROUNDS), (server) => measureServer(server, path, count, scale)),
  )
  const [ours, bare] = [median(costs.ours), median(costs.bare)]
  return ratio(`${count} viewers, ${bytes / 1000} kB`, 'µs', ours, bare, LIMIT, spread(costs.ours))
}

async function measureServer({ pid, port }, path, count, scale) {
  const load = spawn(process.execPath, [LOAD, String(port), String(count), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: load.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the viewers over HTTP/2 ended')
    return value
  }
  const countParts = async () => {
    load.stdin.write('\n')
    return Number(await next())
  }
  const end = () => {
    const ended = new Promise((resolve) => load.once('exit', resolve))
    load.kill()
    return ended
  }
  return using({ end }, async () => {
    await next()
    await sleep(scale.time(SETTLING))
    await countParts()
    const before = processorTime(pid)
    await sleep(scale.time(LASTS))
    const parts = await countParts()
    return ((processorTime(pid) - before) * 1000) / parts
  })
}
