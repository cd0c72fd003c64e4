import { parentPort } from 'node:worker_threads'
import type { Fetched, Read } from './status-reader.ts'
import { toStatus } from './to-status.ts'

// The entry of the thread that `StatusReader` starts.
parentPort?.on('message', (fetched: Fetched) => parentPort?.postMessage(read(fetched)))
parentPort?.postMessage('ready')

function read({ key, poll, text }: Fetched): Read {
  try {
    return { status: toStatus(key, poll, parse(text)) }
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
