import { describe, expect, test } from 'vitest'
import { PublicError } from '../../../src/errors.ts'
import { readTarget, type Target } from '../../../src/http/picture/target.ts'
import { NAME_KEY } from '../../../src/widget/key.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'

const size = { width: 300, height: 100 }
const widgets = {
  manifests: new Map([
    ['online', { name: 'online', size, params: {}, key: NAME_KEY } as unknown as Manifest],
  ]),
  faults: [{ name: 'broken' }],
}

const read = (url: string, method = 'GET', headers = {}) => readTarget({ method, url, headers }, widgets)
const codeOf = ({ result }: Target) => (result instanceof PublicError ? result.code : undefined)

describe('the target of a request', () => {
  test('is the picture and its delivery', () => {
    const { place, result } = read('/online/blog.jpg?a=1')
    expect(place).toEqual({ format: 'jpeg', ...size, scale: 1, theme: 'auto' })
    expect(result).toMatchObject({
      key: 'blog',
      extension: 'jpg',
      delivery: { kind: 'still', format: 'jpeg' },
    })
  })

  test('in absolute form is the same', () => {
    expect(read('http://other.example/online/blog.png').result).toMatchObject({ key: 'blog' })
  })

  test.each<[string, string, string, Partial<Target>]>([
    ['a path that is none', '/a/b/c.json', 'not-found', { extension: 'json', place: unknownPlace('png') }],
    [
      'a URL that is too long',
      `/online.webp?${'a'.repeat(3000)}`,
      'uri-too-long',
      { place: unknownPlace('png') },
    ],
    ['no such widget', '/onlin/blog.webp', 'not-found', { widget: 'onlin', place: unknownPlace('webp') }],
    [
      'a widget that does not load',
      '/broken.png',
      'not-found',
      { widget: 'broken', place: unknownPlace('png') },
    ],
    [
      'a delivery that there is not',
      '/online/blog.webp?delivery=fax',
      'bad-parameter',
      { widget: 'online', extension: 'webp', place: { format: 'webp', ...size } },
    ],
  ])('%s is a fault, with what is known of the picture', (_what, url, code, known) => {
    const target = read(url)
    expect(codeOf(target)).toBe(code)
    expect(target).toMatchObject(known)
  })

  test('that no widget has is an error at the scale and for the page that it asks for', () => {
    const placed = (url: string) => read(url).place
    expect(placed('/onlin/blog.png?scale=2&theme=dark&width=999')).toEqual({
      ...{ format: 'png', width: 160, height: 40 },
      ...{ scale: 2, theme: 'dark' },
    })
    expect(placed('/onlin/blog.png?scale=9')).toMatchObject({ scale: 1, theme: 'auto' })
    expect(placed('/onlin/blog.svg?scale=2')).toMatchObject({ scale: 1 })
  })

  test('another method is a fault', () => {
    expect(codeOf(read('/online.png', 'POST'))).toBe('method-not-allowed')
  })

  test('without an ending is a page, but not for an image load', () => {
    expect(read('/online/blog').result).toMatchObject({ delivery: { kind: 'page' } })
    expect(codeOf(read('/online/blog', 'GET', { 'sec-fetch-dest': 'image' }))).toBe('not-found')
    expect(codeOf(read('/online/blog.tiff'))).toBe('not-found')
  })
})

function unknownPlace(format: 'png' | 'webp') {
  return { format, width: 160, height: 40 }
}
