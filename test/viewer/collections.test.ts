import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ChannelSpec } from '../../src/channel/spec.ts'
import { Collections } from '../../src/viewer/collections.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import { param } from '../../src/widget/param.ts'
import type { Widget } from '../../src/widget/widget.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    }),
)
afterEach(() => void vi.useRealTimers())

function manifestOf(name: string, more: Partial<Widget>) {
  return toManifest(name, `/${name}.ts`, { title: name, size: { width: 1, height: 1 }, draw() {}, ...more })
}

function setUp(holds: (name: string) => boolean = () => true) {
  const runs: string[] = []
  let finish: (error?: Error) => void = () => {}
  const manifests = new Map([
    ['cpu', manifestOf('cpu', { collect: { every: '1m', run() {} } })],
    [
      'host',
      manifestOf('host', { collect: { every: 120_000, run() {} }, key: param.choice(['a', 'b']) as never }),
    ],
    ['plain', manifestOf('plain', {})],
  ])
  const renderer = { manifests }
  const events = {
    deliver({ widget, key }: ChannelSpec) {
      runs.push(`${widget}/${key}`)
      return new Promise<void>((resolve, reject) => {
        finish = (error) => (error ? reject(error) : resolve())
      })
    },
  }
  const leases = { hold: async (name: string) => holds(name), release: async () => {} }
  const collections = new Collections({ renderer: renderer as never, events, leases })
  const finishAll = async (error?: Error) => {
    finish(error)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { collections, runs, manifests, finish: finishAll, take: () => runs.splice(0) }
}

describe('widgets that collect', () => {
  test('run at the start for every key that exists by itself, and again after their interval', async () => {
    const { collections, take, finish } = setUp()
    await collections.update()
    expect(take().toSorted()).toEqual(['cpu/main', 'host/a', 'host/b'])
    await finish()
    await vi.advanceTimersByTimeAsync(120_000)
    // Only the last one that was delivered has ended: the others are still running.
    expect(take()).toEqual(['host/b'])
    collections.close()
  })

  test('wait for the end of a run that takes longer than the interval', async () => {
    const { collections, manifests, take, finish } = setUp()
    manifests.delete('host')
    await collections.update()
    expect(take()).toEqual(['cpu/main'])
    await vi.advanceTimersByTimeAsync(300_000)
    expect(take()).toEqual([])
    await finish()
    expect(take()).toEqual(['cpu/main'])
    await finish()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(take()).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(take()).toEqual(['cpu/main'])
    collections.close()
  })

  test('run less often while they fail, and as often as before once they succeed', async () => {
    const { collections, manifests, take, finish } = setUp()
    manifests.delete('host')
    await collections.update()
    const pauses: number[] = []
    for (const error of [...Array(6).fill(new Error('down')), undefined, new Error('down')]) {
      take()
      await finish(error)
      let pause = 0
      for (let runs: string[] = []; runs.length === 0; runs = take(), pause += 30)
        await vi.advanceTimersByTimeAsync(30_000)
      pauses.push(pause)
    }
    expect(pauses).toEqual([60, 120, 240, 300, 300, 300, 60, 60])
    collections.close()
  })

  test('run on the node that holds the lease, and on another one once it is free', async () => {
    let isFree = false
    const { collections, manifests, take } = setUp(() => isFree)
    manifests.delete('host')
    await collections.update()
    expect(take()).toEqual([])
    isFree = true
    await vi.advanceTimersByTimeAsync(5_000)
    expect(take()).toEqual(['cpu/main'])
    collections.close()
  })

  test('stop when their code collects no more, and when the server stops', async () => {
    const { collections, manifests, take, finish } = setUp()
    manifests.delete('host')
    await collections.update()
    await finish()
    manifests.set('cpu', manifestOf('cpu', {}))
    await collections.update()
    take()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(take()).toEqual([])
    manifests.set('cpu', manifestOf('cpu', { collect: { every: '10s', run() {} } }))
    await collections.update()
    await finish()
    collections.close()
    take()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(take()).toEqual([])
  })
})
