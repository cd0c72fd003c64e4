import { expect, test } from 'vitest'
import type { ChannelSpec } from '../../src/channel/spec.ts'
import { Memberships } from '../../src/viewer/memberships.ts'
import type { Look } from '../../src/widget/look.ts'

const spec = (widget: string, key = 'main'): ChannelSpec => ({ widget, key, look: {} as Look })

/** Memberships of pictures that embed others, with the rooms that are open now. */
function setUp() {
  const state = { shows: ['one', 'two'], fails: false }
  const open: string[] = []
  const presence = {
    join: async (room: string) => {
      open.push(room)
      return { leave: async () => void open.splice(open.indexOf(room), 1) }
    },
  }
  const embeddedReader = {
    read: async () => {
      if (state.fails) throw new Error('broken code')
      return state.shows.map((key) => ({ path: key, spec: spec('inner', key) }))
    },
  }
  const init = { presence, embeddedReader, renderer: { manifests: new Map() } }
  const parts = { events: { noteLeave() {} }, widgetEvents: { deliver: async () => {} } }
  const memberships = new Memberships({ ...init, ...parts } as never)
  const rooms = async () => {
    await new Promise(setImmediate)
    return open.toSorted()
  }
  return { state, memberships, rooms }
}

test('a viewer is in the room of its picture, and in those of the pictures inside it', async () => {
  const { memberships, rooms } = setUp()
  const membership = memberships.join(spec('outer'), 'somebody')
  expect(await rooms()).toEqual(['inner/one', 'inner/two', 'outer/main'])
  membership.leave('left')
  membership.leave('left')
  expect(await rooms()).toEqual([])
})

test('new code that embeds other pictures moves it into their rooms, code that fails changes nothing', async () => {
  const { memberships, rooms, state } = setUp()
  const membership = memberships.join(spec('outer'), 'somebody')
  await rooms()
  state.shows = ['two', 'three']
  membership.renew(spec('outer'))
  expect(await rooms()).toEqual(['inner/three', 'inner/two', 'outer/main'])
  state.fails = true
  membership.renew(spec('outer'))
  expect(await rooms()).toEqual(['inner/three', 'inner/two', 'outer/main'])
  state.fails = false
  membership.renew(spec('outer'))
  membership.leave('left')
  expect(await rooms()).toEqual([])
})
