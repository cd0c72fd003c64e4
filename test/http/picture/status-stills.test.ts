import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StatusStills, type StatusStillsInit } from '../../../src/http/picture/status-stills.ts'
import type { PictureRequest } from '../../../src/http/request.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('a badge that cannot be drawn while the store does not respond fails its own request, and draws once', async () => {
  const lastSvg = vi.fn(() => {
    throw new Error('the file of a logo is gone')
  })
  const stills = new StatusStills({
    statuses: { svg: () => new Promise(() => {}), remembers: () => true, lastSvg },
    agedStills: { send: vi.fn() },
    hits: { countLater: vi.fn() },
    newRooms: { check: vi.fn(), knows: () => true },
    observer: { sentStill: vi.fn() },
    stillCache: 0,
  } satisfies StatusStillsInit)
  const spec = { widget: 'status', key: 'build', look: { format: 'svg' } } as never
  const still = { spec, query: new URLSearchParams(), reader: { viewerKey: () => 'a' }, network: 'n' }
  const sending = stills.send({} as PictureRequest, {} as ServerResponse, still)
  const failing = expect(sending).rejects.toThrow('the file of a logo is gone')
  await vi.advanceTimersByTimeAsync(10_000)
  await failing
  expect(lastSvg).toHaveBeenCalledTimes(1)
})
