import { expect, test } from 'vitest'
import { findClickRoom } from '../../../src/http/picture/click-room.ts'
import { toManifest } from '../../../src/widget/manifest.ts'
import { param } from '../../../src/widget/param.ts'
import { widgets } from '../../widgets/sheets.ts'

const { onClick, draw } = widgets.guestbook as never as Record<'onClick' | 'draw', never>
const base = { title: '', size: { width: 1, height: 1 }, draw }
const manifests = new Map([
  ['game', toManifest('game', '', { ...base, onClick })],
  [
    'closed',
    toManifest('closed', '', { ...base, onClick, key: param.choice(['home.png', 'about'], 'about') }),
  ],
  ['plain', toManifest('plain', '', base)],
])
const find = (path: { widget: string; key?: string }, known: string[] = []) =>
  findClickRoom(path, manifests, { exists: async (room) => known.includes(room) })

test.each(['png', 'jpg', 'jpeg', 'PNG', 'webp', 'gif', 'svg', 'bmp', 'json', 'txt', 'mjpeg'])(
  'a click on the address of a picture that ends with .%s is in its room',
  async (ending) => {
    expect((await find({ widget: 'game', key: `g.${ending}` }))?.key).toBe('g')
    expect((await find({ widget: `game.${ending}` }))?.key).toBe('main')
  },
)

test.each([
  ['g', 'g'],
  ['g.pnx', 'g.pnx'],
  ['v1.0', 'v1.0'],
  ['g.png.png', 'g.png'],
  ['.png', '.png'],
])('a click in %s is in the room %s', async (key, room) => {
  expect((await find({ widget: 'game', key }))?.key).toBe(room)
})

test('a room that has the whole name, or can have no other, takes precedence', async () => {
  expect((await find({ widget: 'game', key: 'g.png' }, ['game/g.png']))?.key).toBe('g.png')
  expect((await find({ widget: 'closed', key: 'home.png' }))?.key).toBe('home.png')
})

test('a picture that takes no clicks has no such room, and a wrong key is refused', async () => {
  expect(await find({ widget: 'plain', key: 'a' })).toBeUndefined()
  expect(await find({ widget: 'nope.png' })).toBeUndefined()
  await expect(find({ widget: 'game', key: 'a b.png' })).rejects.toMatchObject({ status: 400 })
  await expect(find({ widget: 'closed', key: 'shop.png' })).rejects.toMatchObject({ status: 404 })
})
