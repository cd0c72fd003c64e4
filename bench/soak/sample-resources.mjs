/** Loaded into the server in addition to its own code: writes its resources as a line of JSON each time. */
import { appendFileSync } from 'node:fs'

const { SOAK_SAMPLES: file, SOAK_PERIOD: period } = process.env

setInterval(() => {
  const resources = process.getActiveResourcesInfo()
  const { heapUsed, external } = process.memoryUsage()
  const timers = resources.filter((name) => name === 'Timeout').length
  appendFileSync(file, `${JSON.stringify({ timers, resources: resources.length, heapUsed, external })}\n`)
}, Number(period)).unref()
