import { describe, expect, test } from 'vitest'
import type { Job, RoomEvent } from '../../src/render/protocol.ts'
import type { Renderer } from '../../src/render/renderer.ts'
import { WidgetEvents } from '../../src/viewer/widget-events.ts'
import { noDevice } from '../support/looks.ts'

const look = {
  ...{ format: 'png' as const, width: 1, height: 1, scale: 1, quality: 85, fps: 0, animate: 'push' as const },
  ...noDevice,
  params: {},
}
const spec = (key: string, widget = 'board') => ({ widget, key, look })
const click = (action: string): RoomEvent => ({
  type: 'click',
  click: { x: undefined, y: undefined, action, visitor: '', fields: {} },
})

function setUp() {
  const running = new Map<string, () => void>()
  const manifests = new Map([['board', { handles: { join: false, leave: true, click: true } }]])
  const sendEvent = ({ key, event }: Omit<Job, 'output'>) =>
    new Promise<void>((resolve) => {
      const name = event?.type === 'click' ? event.click.action : (event?.type ?? '')
      running.set(`${key} ${name}`, resolve)
    })
  const renderer = { manifests, sendEvent } as unknown as Renderer
  const counts = async () => ({ connections: 0, visitors: 0, peak: 0 })
  const events = new WidgetEvents({ counts }, renderer)
  const names = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return [...running.keys()]
  }
  const end = (name: string) => {
    running.get(name)?.()
    running.delete(name)
  }
  return { events, names, end }
}

describe('the events of widgets', () => {
  test('of one room run one after another, in their order; other rooms do not wait', async () => {
    const { events, names, end } = setUp()
    const all = [click('1'), click('2'), { type: 'leave' } as const].map((event) =>
      events.deliver(spec('a'), event),
    )
    const other = events.deliver(spec('b'), click('1'))
    expect(await names()).toEqual(['a 1', 'b 1'])
    end('b 1')
    await other
    end('a 1')
    await all[0]
    expect(await names()).toEqual(['a 2'])
    end('a 2')
    expect(await names()).toEqual(['a leave'])
    end('a leave')
    await Promise.all(all)
    expect(events.size).toBe(0)
  })

  test('are not sent to a widget that does not handle them', async () => {
    const { events } = setUp()
    await events.deliver(spec('a'), { type: 'join' })
    await events.deliver(spec('a', 'other'), click('1'))
    expect(events.size).toBe(0)
  })

  test('are refused if too many clicks of a room wait; leaves never are', async () => {
    const { events, names } = setUp()
    for (let index = 0; index <= 200; index += 1) void events.deliver(spec('a'), click(String(index)))
    expect(await names()).toEqual(['a 0'])
    await expect(events.deliver(spec('a'), click('more'))).rejects.toMatchObject({ status: 503 })
    void events.deliver(spec('a'), { type: 'leave' })
    void events.deliver(spec('b'), click('1'))
    expect(await names()).toEqual(['a 0', 'b 1'])
  })
})
