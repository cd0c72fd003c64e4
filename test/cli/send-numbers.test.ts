import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ApiError } from '../../src/cli/call-api.ts'
import { sendNumbers } from '../../src/cli/send-numbers.ts'
import { eventually } from '../support/eventually.ts'

function start(respond: (attempt: number) => Promise<unknown> | unknown, interval = 0) {
  const input = new PassThrough()
  const sent: number[][] = []
  const warnings: string[] = []
  let attempts = 0
  const send = async (lines: string) => {
    attempts += 1
    await respond(attempts)
    sent.push(lines.split('\n').map((line) => (JSON.parse(line) as { value: number }).value))
  }
  const warn = (text: string) => void warnings.push(text)
  const done = sendNumbers({ input, column: 1, send, warn, interval })
  done.catch(() => {})
  return { input, sent, warnings, done }
}

describe('a pipe of numbers', () => {
  test('sends what has come together once a second, but at once when the input ends', async () => {
    const { input, sent, done } = start(() => {}, 3_600_000)
    input.write('value\n1\n')
    await eventually(() => expect(sent).toEqual([[1]]))
    input.end('2\n3')
    expect(await done).toBe(3)
    expect(sent).toEqual([[1], [2, 3]])
  })

  test('keeps the newest numbers while the server is slow', async () => {
    let release = () => {}
    const { input, sent, done } = start(
      (attempt) => attempt === 1 && new Promise<void>((resolve) => (release = resolve)),
    )
    input.write('0\n')
    await eventually(() => expect(input.readableLength).toBe(0))
    input.end(Array.from({ length: 6_000 }, (_, index) => `${index + 1}\n`).join(''))
    await eventually(() => expect(input.readableEnded).toBe(true))
    await new Promise((resolve) => setImmediate(resolve))
    release()
    expect(await done).toBe(5_001)
    expect(sent[1]?.at(-1)).toBe(6_000)
  })

  test('tries again while the server does not respond, and reports it once', async () => {
    const { input, sent, warnings, done } = start((attempt) => {
      if (attempt === 1) throw new Error('http://localhost does not respond')
    })
    input.end('1\n')
    expect(await done).toBe(1)
    expect(sent).toEqual([[1]])
    expect(warnings).toEqual([
      'http://localhost does not respond; trying again',
      'The server responds again.',
    ])
  })

  test('fails at once if the server refuses the numbers', async () => {
    const { input, done } = start(() => {
      throw new ApiError('set IMGCAST_TOKEN', 401)
    })
    input.write('1\n')
    await expect(done).rejects.toThrow('set IMGCAST_TOKEN')
  })
})
