import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { SinkWrites } from '../../../src/http/stream/sink-writes.ts'

const PICTURE = Buffer.from('a picture')

/** A stream that writes when it is let. */
function slowSink() {
  const waiting: (() => void)[] = []
  const sink = new Writable({ write: (_bytes, _encoding, done) => void waiting.push(done) })
  return { sink, finish: () => waiting.shift()?.() }
}

describe('the writes to a stream', () => {
  test('say once that all is written, and call nothing back', () => {
    const onWritten = vi.fn()
    const { sink, finish } = slowSink()
    const writes = new SinkWrites(sink, onWritten)
    expect(writes.takeWritten()).toBe(false)
    writes.write(PICTURE, 7)
    expect(writes.lastAt).toBe(7)
    expect(writes.takeWritten()).toBe(false)
    finish()
    expect(writes.takeWritten()).toBe(true)
    expect(writes.takeWritten()).toBe(false)
    expect(onWritten).not.toHaveBeenCalled()
  })

  test('call back once where somebody waits, after the bytes before', async () => {
    const sink = new PassThrough({ writableHighWaterMark: 1, readableHighWaterMark: 1 })
    const seen: string[] = []
    const writes = new SinkWrites(sink, () => seen.push('written'))
    writes.write(PICTURE, 0)
    writes.write(PICTURE, 0)
    writes.report()
    writes.report()
    expect(writes.takeWritten()).toBe(false)
    sink.on('data', (bytes) => seen.push(String(bytes)))
    await vi.waitFor(() => expect(seen).toEqual(['a picture', 'a picture', 'written']))
    expect(writes.takeWritten()).toBe(false)
    writes.report()
    await new Promise(setImmediate)
    expect(seen).toHaveLength(3)
  })
})
