import { describe, expect, test } from 'vitest'
import type { StillPatience } from '../../../src/channel/still.ts'
import { type StillRequest, StillWaits } from '../../../src/http/picture/still-waits.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36'
const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'

const still = (more: Partial<StillRequest> = {}): StillRequest => ({
  ...{ headers: {}, network: 'one', kind: 'still' },
  ...more,
})
const patienceOf = (request: StillRequest) => new StillWaits().wait(request, async (patience) => patience)

describe('a still without an older picture waits', () => {
  test.each([
    ['for less than a second', {}, 900],
    ['for a proxy that poses as a browser', { headers: { 'user-agent': GMAIL } }, 900],
    ['for less than image proxies do, for the pictures within it', { kind: 'embedding' as const }, 2_500],
    ['longer for a browser', { headers: { 'user-agent': CHROME } }, 5_000],
  ])('%s', async (_, more, cold) => {
    expect(await patienceOf(still(more))).toEqual({ cold })
  })

  test('if few others do, of its network and in all; a place is free again after that', async () => {
    const waits = new StillWaits()
    const ends: (() => void)[] = []
    const begin = (network: string) => {
      let shown: StillPatience | undefined
      void waits.wait(still({ network }), (patience) => {
        shown = patience
        return new Promise<void>((resolve) => ends.push(resolve))
      })
      return shown
    }
    const longOnes = (networks: string[]) => networks.map(begin).filter((patience) => patience?.cold).length
    expect(longOnes(Array<string>(150).fill('one'))).toBe(100)
    expect(longOnes(Array.from({ length: 2_000 }, (_, n) => `other ${n}`))).toBe(900)
    for (const end of ends.splice(0)) end()
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(longOnes(['one'])).toBe(1)
  })
})
