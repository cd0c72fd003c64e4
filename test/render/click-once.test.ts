import { clickOnce, joinOnce, leaveOnce, startOnce } from 'imgcast/test'
import { defineWidget, param } from 'imgcast/widget'
import { describe, expect, test } from 'vitest'

const base = { title: 'Board', size: { width: 10, height: 10 }, draw() {} }
const board = defineWidget({
  ...base,
  fields: { text: param.text('', { max: 5 }), wait: param.duration(1000) },
  onJoin: async ({ state, visitors, room }) => void (await state.set('joined', [room, visitors])),
  onLeave: async ({ state, connections }) => void (await state.set('left', connections)),
  async onClick({ x, y, action, visitor, fields, state, room, key, connections }) {
    if (action === 'throw') throw new Error('not this button')
    await state.push('clicks', { x, y, action, visitor, ...fields, room, key, connections })
  },
})

describe('clickOnce', () => {
  test('gives `onClick` one object, with the click and the room, and returns the state', async () => {
    const options = { x: 3, y: 4, action: 'go', visitor: 'ada', key: 'blog', visitors: 2 }
    const { state } = await clickOnce(board, {
      ...options,
      fields: { text: 'hi', wait: 2500 },
      state: { clicks: [1] },
    })
    const click = { x: 3, y: 4, action: 'go', visitor: 'ada', text: 'hi', wait: 2500 }
    expect(state).toEqual({ clicks: [1, { ...click, room: 'widget/blog', key: 'blog', connections: 2 }] })
  })

  test('has the defaults of a click on a link', async () => {
    const { state } = await clickOnce(board)
    expect(state.clicks).toMatchObject([
      { action: '', visitor: 'visitor', text: '', wait: 1000, key: 'main' },
    ])
  })

  test('names every wrong field, and rejects with the widget’s error', async () => {
    await expect(clickOnce(board, { fields: { text: 'too long', more: 1 } as never })).rejects.toThrow(
      /more: expected one of text, wait; text: expected text of at most 5/,
    )
    await expect(clickOnce(board, { action: 'throw' })).rejects.toThrow('not this button')
    await expect(clickOnce(defineWidget(base))).rejects.toThrow('expected an `onClick`, got none')
  })

  test('accepts the module of a widget', async () => {
    const module = new URL('../fixtures/widgets/signs.mjs', import.meta.url)
    const { state } = await clickOnce(module, { visitor: 'a', fields: { text: 'x' } })
    expect(state).toEqual({ entries: [{ visitor: 'a', text: 'x', stars: 3 }] })
  })
})

test('joinOnce and leaveOnce run `onJoin` and `onLeave` with the counts after the event', async () => {
  expect((await joinOnce(board, { visitors: 3 })).state).toEqual({ joined: ['widget/main', 3] })
  expect((await leaveOnce(board, { connections: 0 })).state).toEqual({ left: 0 })
  await expect(joinOnce(defineWidget(base))).rejects.toThrow('expected an `onJoin`, got none')
})

describe('startOnce', () => {
  let ended = 0
  const source = defineWidget({
    ...base,
    params: { from: param.integer(1) },
    load: () => 0,
    async start({ push, redraw, params, state, signal }) {
      signal.addEventListener('abort', () => {
        ended += 1
      })
      await state.set('started', params.from)
      push(params.from)
      redraw()
      push(params.from + 1)
    },
  })

  test('returns the first push, and aborts the source', async () => {
    expect(await startOnce(source, { params: { from: 5 } })).toEqual({
      ...{ pushed: [5], redraws: 0, state: { started: 5 } },
    })
    expect(ended).toBe(1)
  })

  test('waits for as many changes as it is asked for', async () => {
    expect(await startOnce(source, { changes: 3 })).toMatchObject({ pushed: [1, 2], redraws: 1 })
    await expect(startOnce(source, { changes: 4, timeout: 20 })).rejects.toThrow(
      'expected 4 changes from `start` within 20 ms, got 3',
    )
  })

  test('rejects with the widget’s error, and for data that cannot be sent', async () => {
    const fails = (start: () => void) => startOnce(defineWidget({ ...base, start }))
    await expect(fails(() => Promise.reject(new Error('no source')))).rejects.toThrow('no source')
    const unsendable = defineWidget({ ...base, load: (): unknown => 0, start: ({ push }) => push(() => {}) })
    await expect(startOnce(unsendable)).rejects.toThrow('could not be cloned')
    // As effects of React do: nothing would ever call it.
    await expect(fails(() => () => {})).rejects.toThrow(
      'returned a function from `start`: stop in a listener of `signal`',
    )
    await expect(startOnce(defineWidget(base))).rejects.toThrow('expected a `start`, got none')
  })
})
