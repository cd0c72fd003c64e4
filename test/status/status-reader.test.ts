import { afterEach, describe, expect, test } from 'vitest'
import { StatusReader, TooCostlyError } from '../../src/status/status-reader.ts'

const POLL = { url: 'https://ci.example/', every: '1m' }
const readers: StatusReader[] = []

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

function open(timeout?: number): StatusReader {
  const reader = new StatusReader(timeout)
  readers.push(reader)
  return reader
}

describe('the reader of responses', () => {
  test('returns the status in a response, or the fault of the response', async () => {
    // A busy machine takes seconds for a megabyte of brackets.
    const reader = open(20_000)
    const read = (text: string, query?: string) =>
      reader.read({ key: 'k', poll: { ...POLL, ...(query !== undefined && { query }) }, text })
    expect(await read('{"a":"teal"}', '$.a')).toEqual({ schemaVersion: 1, label: 'k', message: 'teal' })
    await expect(read('<html>')).rejects.toThrow('the response is not JSON')
    await expect(read('{"b":1}', '$.a')).rejects.toThrow('there is nothing at $.a')
    await expect(read('['.repeat(1_000_000))).rejects.toThrow('the response is not JSON')
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    await expect(read(deep, '$..a')).rejects.toThrow(/./)
    const label = JSON.stringify({ schemaVersion: 1, label: ':'.repeat(1_000_000), message: 'm' })
    await expect(read(label)).rejects.toThrow(/label: expected text of at most 1000 characters, got "::/)
    expect(await read('{"a":2}', '$.a')).toMatchObject({ message: '2' })
  })

  test('stops a reading that takes too long, and reads the next one', async () => {
    const reader = open(50)
    // A costly query is refused; what remains is a large response, here of 8 MB.
    const text = JSON.stringify(Array.from({ length: 200_000 }, (_, id) => [{ id, tags: [[[1]]] }]))
    const costly = { key: 'k', poll: { ...POLL, query: '$..[?count(@.*) > 1]' }, text }
    const from = performance.now()
    const slow = expect(reader.read(costly)).rejects.toThrow(TooCostlyError)
    let longestWait = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longestWait = Math.max(longestWait, performance.now() - last)
      last = performance.now()
    }, 5)
    await slow
    clearInterval(timer)
    expect(performance.now() - from).toBeLessThan(10_000)
    expect(longestWait).toBeLessThan(1_000)
    expect(await reader.read({ key: 'k', poll: { ...POLL, query: '$.a' }, text: '{"a":3}' })).toMatchObject({
      message: '3',
    })
  })
})
