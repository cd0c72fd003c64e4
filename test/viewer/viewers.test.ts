import { describe, expect, test, vi } from 'vitest'
import type { Channel } from '../../src/channel/channel.ts'
import type { Channels } from '../../src/channel/channels.ts'
import type { ChannelSpec } from '../../src/channel/spec.ts'
import type { EndReason } from '../../src/channel/viewer.ts'
import type { ViewerKeys } from '../../src/cluster/viewer-key.ts'
import { PublicError } from '../../src/errors.ts'
import type { Frame } from '../../src/picture/frame.ts'
import type { SocketOptions } from '../../src/system/socket-options.ts'
import { LivePictures } from '../../src/viewer/live-pictures.ts'
import type { Memberships } from '../../src/viewer/memberships.ts'
import type { SessionViewer } from '../../src/viewer/viewer-session.ts'
import { type Arrival, Viewers } from '../../src/viewer/viewers.ts'
import type { Look } from '../../src/widget/look.ts'

const SPEC: ChannelSpec = { widget: 'online', key: 'blog', look: {} as Look }

const CARD = { isCard: true } as unknown as Frame

const arrival: Arrival = {
  address: '192.0.2.1',
  viewerKey: 'somebody',
  client: { family: 'other', isForwarded: false },
  hasSixConnections: false,
  isLocal: false,
  shared: undefined,
  canBeProbed: false,
  socket: { setNoDelay() {}, setKeepAlive() {}, localPort: 80, remoteAddress: '192.0.2.1', remotePort: 5000 },
}

/** Viewers over a channel of which every step is recorded, in order. */
function setUp({ limit = 10, openChannel = () => {} } = {}) {
  const steps: string[] = []
  const watching = new Set<SessionViewer>()
  const channel = {
    join: (viewer: SessionViewer) => {
      steps.push('join channel')
      watching.add(viewer)
      return () => {
        steps.push('leave channel')
        watching.delete(viewer)
      }
    },
  } as unknown as Channel
  const channels = {
    open: () => {
      openChannel()
      return channel
    },
    close: async () => {
      for (const viewer of watching) viewer.end('stopping')
    },
  } as unknown as Channels
  const memberships = {
    join: () => {
      steps.push('join rooms')
      return {
        renew() {},
        leave: (reason: EndReason) => void steps.push(`leave rooms: ${reason}`),
      }
    },
  } as unknown as Memberships
  const hits = { count: vi.fn(async () => async () => {}) }
  const viewers = new Viewers({
    channels,
    memberships,
    hits,
    cards: { error: () => CARD },
    viewerKeys: { keyOf: () => 'somebody' } as unknown as ViewerKeys,
    socketOptions: { apply() {} } as unknown as SocketOptions,
    livePictures: new LivePictures(4),
    limits: { maxConnections: limit, maxConnectionsPerAddress: limit },
  })
  const watch = (isStuck = false) => {
    const session = viewers.admit(SPEC, arrival)
    const viewer = {
      show() {},
      end: (reason: EndReason) => {
        if (!isStuck) session.end(reason)
      },
      destroy: () => session.end('stopping'),
    }
    session.start(viewer)
    return session
  }
  return { viewers, watch, steps, hits }
}

describe('viewers', () => {
  test('are counted in before they join the channel, and out once, with the first reason', () => {
    const { viewers, watch, steps, hits } = setUp()
    const session = watch()
    expect(viewers.size).toBe(1)
    session.end('ghost')
    session.end('left')
    expect(steps).toEqual(['join rooms', 'join channel', 'leave rooms: ghost', 'leave channel'])
    expect(viewers.ended).toEqual({
      left: 0,
      ghost: 1,
      slow: 0,
      replaced: 0,
      refused: 0,
      stopping: 0,
      failed: 0,
    })
    expect(viewers.size).toBe(0)
    expect(hits.count).toHaveBeenCalledTimes(1)
  })

  test('that ended before they started are never counted in', () => {
    const { viewers, steps } = setUp()
    const session = viewers.admit(SPEC, arrival)
    session.end('left')
    session.start({ show() {}, end() {}, destroy() {} })
    expect(steps).toEqual([])
    expect(viewers.size).toBe(0)
  })

  test('over the limit are refused: a reason, no hit, no place', () => {
    const { viewers, watch, hits } = setUp({ limit: 1 })
    const session = watch()
    expect(() => watch()).toThrow(expect.objectContaining({ status: 503, code: 'full' }))
    expect(viewers.ended.refused).toBe(1)
    expect(hits.count).toHaveBeenCalledTimes(1)
    session.end('left')
    watch()
  })

  test('whose channel cannot be opened are refused and use no place', () => {
    let isFull = true
    const { viewers, watch } = setUp({
      limit: 1,
      openChannel: () => {
        if (isFull) throw new Error('too many')
      },
    })
    expect(() => watch()).toThrow('too many')
    expect(viewers.ended.refused).toBe(1)
    isFull = false
    watch()
    expect(viewers.size).toBe(1)
  })

  test('are shown the picture that their URL means when code has changed, and stay counted', () => {
    const { viewers, steps } = setUp()
    let reread = (): ChannelSpec => SPEC
    const session = viewers.admit(SPEC, arrival, () => reread())
    const shown: unknown[] = []
    session.start({ show: (frame) => shown.push(frame), end() {}, destroy() {} })
    viewers.renew()
    expect(steps).toEqual(['join rooms', 'join channel'])
    const other = { ...SPEC, look: { width: 5 } as Look }
    reread = () => other
    viewers.renew()
    expect(session.spec).toBe(other)
    reread = () => {
      throw new PublicError({ code: 'bad-parameter', status: 400, caption: 'wrong' })
    }
    viewers.renew()
    viewers.renew()
    expect(shown).toEqual([CARD, CARD])
    reread = () => other
    viewers.renew()
    expect(steps.slice(2)).toEqual(['leave channel', 'join channel', 'leave channel', 'join channel'])
    session.end('left')
    viewers.renew()
    expect(steps.slice(-2)).toEqual(['leave rooms: left', 'leave channel'])
  })

  test('are listed by room and by socket', () => {
    const { viewers, watch } = setUp()
    watch()
    watch()
    expect(viewers.sockets()).toEqual([{ localPort: 80, remote: '192.0.2.1:5000', streams: 2 }])
    expect(viewers.ofRoom('online/blog').streams).toHaveLength(2)
    expect(viewers.ofRoom('online/other')).toEqual({ streams: [], sent: undefined })
  })

  test('end when the server stops, those that do not are cut off, and no more are admitted', async () => {
    vi.useFakeTimers()
    try {
      const { viewers, watch } = setUp()
      watch()
      watch(true)
      const closed = viewers.close(3_000)
      expect(() => watch()).toThrow(expect.objectContaining({ status: 503, code: 'stopping' }))
      await vi.advanceTimersByTimeAsync(2_999)
      expect(viewers.size).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      await closed
      expect(viewers.size).toBe(0)
      expect(viewers.ended).toMatchObject({ stopping: 2, refused: 1 })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('that have all ended allow the server to stop at once', async () => {
    const { viewers, watch } = setUp()
    watch()
    const start = performance.now()
    await viewers.close(60_000)
    expect(performance.now() - start).toBeLessThan(30_000)
  })
})
