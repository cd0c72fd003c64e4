import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff } from '../system/backoff.ts'
import { ApiError } from './call-api.ts'
import { type ReadNumber, readNumber } from './read-number.ts'

/** The parts of a pipe of numbers. */
export interface SendNumbersInit {
  input: Readable
  /** From 1. */
  column: number
  /** Sends JSON lines. Rejects with an `ApiError` if the server refuses them, with another `Error` if it does not respond. */
  send(lines: string): Promise<unknown>
  warn(text: string): void
  /** Minimum milliseconds between two requests. @default a second */
  interval?: number
}

const INTERVAL = 1_000
/** Milliseconds between two attempts while the server does not respond. */
const PAUSES = [1_000, 2_000, 5_000, 10_000]
/** Numbers that wait for a slow server: the newest. */
const MAX_WAITING = 5_000
/** Attempts to send the last numbers once the input has ended. */
const MAX_LAST_ATTEMPTS = 3

/**
 * Sends the numbers in a column of the input's lines: at most one request a second, and again while the server does not
 * respond. Resolves when the input has ended and everything is sent, to the number of numbers; rejects if the server refuses them.
 */
export async function sendNumbers(init: SendNumbersInit): Promise<number> {
  const { input, column, interval = INTERVAL } = init
  const waiting: ReadNumber[] = []
  let wake = () => {}
  /** Resolves at the next call of `wake`, or after some milliseconds. */
  const pauseFor = (time?: number) =>
    new Promise<void>((resolve) => {
      const timer = time === undefined ? undefined : setTimeout(resolve, time)
      wake = () => {
        if (time !== undefined && !hasEnded) return
        clearTimeout(timer)
        resolve()
      }
    })
  let hasEnded = false
  let sent = 0
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    const number = readNumber(line, column, Date.now())
    if (!number) return
    waiting.push(number)
    if (waiting.length > MAX_WAITING) waiting.splice(0, waiting.length - MAX_WAITING)
    wake()
  })
  lines.on('close', () => {
    hasEnded = true
    wake()
  })
  try {
    for (;;) {
      if (waiting.length === 0 && !hasEnded) await pauseFor()
      if (waiting.length === 0) return sent
      const startedAt = performance.now()
      const batch = waiting.splice(0)
      await sendBatch(init, batch, () => hasEnded)
      sent += batch.length
      const pause = interval - (performance.now() - startedAt)
      if (!hasEnded && pause > 0) await pauseFor(pause)
    }
  } finally {
    lines.close()
  }
}

async function sendBatch(
  { send, warn }: SendNumbersInit,
  batch: readonly ReadNumber[],
  hasEnded: () => boolean,
): Promise<void> {
  const backoff = new Backoff(PAUSES)
  for (let attempts = 1; ; attempts += 1) {
    try {
      await send(batch.map((number) => JSON.stringify(number)).join('\n'))
      if (attempts > 1) warn('The server responds again.')
      return
    } catch (error) {
      const isFinal = error instanceof ApiError && !error.isPassing
      if (isFinal || (hasEnded() && attempts >= MAX_LAST_ATTEMPTS)) throw error
      if (attempts === 1) warn(`${(error as Error).message}; trying again`)
      backoff.fail()
      await sleep(backoff.pause)
    }
  }
}
