import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toGalleryOrder } from '../../../src/http/page/gallery-order.ts'
import { builtInFolder } from '../../../src/widget/built-in-folder.ts'
import { loadFolders } from '../../../src/widget/load-folder.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'

const { widgets } = await loadFolders([builtInFolder()])
const builtIn = [...widgets.values()].map(({ manifest }) => manifest)
const own = (name: string, more: Partial<Manifest> = {}): Manifest => ({
  ...(builtIn.find((each) => each.name === 'online') as Manifest),
  ...{ name, title: name, file: join('/srv', `${name}.ts`), isBuiltIn: false, loops: false },
  ...more,
})
const namesOf = (all: readonly Manifest[], most: number) =>
  toGalleryOrder(all, most).map(({ manifest, isLive }) => (isLive ? manifest.name : `(${manifest.name})`))

describe('a gallery', () => {
  test('starts with the widget of viewers', () => {
    const names = namesOf(builtIn, Number.POSITIVE_INFINITY)
    expect(names[0]).toBe('online')
    const expected = builtIn.map(({ name, stateless }) => (stateless ? `(${name})` : name))
    expect(names.toSorted()).toEqual(expected.toSorted())
    // A badge is content: it never changes.
    expect(names).toContain('(badge)')
  })

  test('has people’s own widgets before the built-in ones, and live', () => {
    const names = namesOf([...builtIn, own('zebra'), own('ape', { loops: true })], 3)
    expect(names.slice(0, 3)).toEqual(['ape', 'zebra', 'online'])
  })

  test('goes by the ranks that widgets declare, then by titles', () => {
    const all = [
      own('b', { rank: undefined }),
      own('a', { rank: undefined }),
      own('z', { rank: 1 }),
      own('y', { rank: 2 }),
    ]
    expect(namesOf(all, 9)).toEqual(['z', 'y', 'a', 'b'])
    expect(builtIn.filter(({ rank }) => rank === undefined).map(({ name }) => name)).toEqual([])
  })

  test('streams still pictures before pictures that move as stills', () => {
    const names = namesOf(builtIn, 5)
    expect(names.filter((name) => !name.startsWith('('))).toHaveLength(5)
    expect(names).toContain('(sine)')
    expect(names).toContain('(traffic-light)')
    expect(names).toContain('clock')
    expect(namesOf(builtIn, builtIn.length - 1)).toContain('sine')
  })
})
