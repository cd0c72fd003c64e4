import { parentPort } from 'node:worker_threads'
import { parseMetricQuery, readMetric } from './metric-query.ts'
import { isMetricQuery } from './poll.ts'
import type { Fetched, Read } from './status-reader.ts'
import { toStatus } from './to-status.ts'

// The entry of the thread that `StatusReader` starts.
parentPort?.on('message', (fetched: Fetched) => parentPort?.postMessage(read(fetched)))
parentPort?.postMessage('ready')

function read({ key, poll, text }: Fetched): Read {
  try {
    if (!isMetricQuery(poll.query)) return { status: toStatus(key, poll, parse(text)) }
    const value = readMetric(text, parseMetricQuery(poll.query))
    return { status: toStatus(key, { ...poll, query: '$' }, value) }
  } catch (error) {
    return { error: (error as Error).message.slice(0, 1_000) }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new Error('the response is not JSON')
  }
}
