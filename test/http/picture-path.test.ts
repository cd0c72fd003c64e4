import { describe, expect, test } from 'vitest'
import { isPictureUrl, type PicturePath, parsePicturePath } from '../../src/http/picture-path.ts'
import { checkKey } from '../../src/widget/key.ts'

const K64 = 'k'.repeat(64)

describe('a picture’s path', () => {
  test.each<[string, string, string | undefined, PicturePath['extension']]>([
    ['/online.png', 'online', undefined, 'png'],
    ['/traffic-light.webp', 'traffic-light', undefined, 'webp'],
    ['/online', 'online', undefined, undefined],
    ['/online/lobby', 'online', 'lobby', undefined],
    ['/online/lobby.png', 'online', 'lobby', 'png'],
    ['/online/lobby.jpg', 'online', 'lobby', 'jpg'],
    ['/online/lobby.jpeg', 'online', 'lobby', 'jpeg'],
    ['/online/lobby.webp', 'online', 'lobby', 'webp'],
    ['/online/lobby.gif', 'online', 'lobby', 'gif'],
    ['/online/lobby.svg', 'online', 'lobby', 'svg'],
    ['/online/lobby.GIF', 'online', 'lobby', 'gif'],
    ['/online/lobby.mjpeg', 'online', 'lobby', 'mjpeg'],
    ['/online/lobby.json', 'online', 'lobby', 'json'],
    ['/online/example.com.png', 'online', 'example.com', 'png'],
    ['/online/example.com', 'online', 'example.com', undefined],
    ['/online/v1.2', 'online', 'v1.2', undefined],
    ['/online/v1.2.png', 'online', 'v1.2', 'png'],
    ['/online/photo.png.jpg', 'online', 'photo.png', 'jpg'],
    ['/online/lobby.exe', 'online', 'lobby.exe', undefined],
    ['/online/lobby.PNG', 'online', 'lobby', 'png'],
    ['/online/toString', 'online', 'toString', undefined],
    ['/online/a.constructor', 'online', 'a.constructor', undefined],
    ['/online/A-z.0_9~.png', 'online', 'A-z.0_9~', 'png'],
    ['/online/..png', 'online', '.', 'png'],
    [`/online/${K64}.png`, 'online', K64, 'png'],
    [`/online/${K64}`, 'online', K64, undefined],
    ['/online/lo%62by.png', 'online', 'lobby', 'png'],
    ['/online/lobby%2Epng', 'online', 'lobby', 'png'],
    ['/onl%69ne.png', 'online', undefined, 'png'],
    ['/onl%69ne/lobby.png', 'online', 'lobby', 'png'],
    ['/online/%7Euser.png', 'online', '~user', 'png'],
  ])('%s means %s, %s, .%s', (path, widget, key, extension) => {
    expect(parsePicturePath(path)).toEqual({ widget, key, extension })
  })

  test.each(['/', '', 'online.png', '//online.png', '/online/a/b.png', '/a/b/c/d', '/online/lobby/'])(
    '%s is none',
    (path) => {
      expect(parsePicturePath(path)).toBeUndefined()
    },
  )

  test.each([
    ['/online/', ''],
    ['/online/.png', ''],
    [`/online/${K64}k.png`, `${K64}k`],
    ['/online/a%20b.png', 'a b'],
    ['/online/a%2Fb.png', 'a/b'],
    ['/online/a+b.png', 'a+b'],
    ['/online/%C3%A9.png', 'é'],
    ['/online/%00.png', '\0'],
    ['/online/<b>.png', '<b>'],
  ])('%s has a key outside the default grammar', (path, key) => {
    expect(parsePicturePath(path)?.key).toBe(key)
    expect(() => checkKey(parsePicturePath(path)?.key ?? 'main')).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'bad-key',
        message: expect.stringMatching(/^key: expected 1 to 64 characters of A-Z a-z 0-9 \. _ ~ -, got "/),
        faults: [{ name: 'key', detail: expect.stringContaining(JSON.stringify(key).slice(0, 57)) }],
      }),
    )
  })

  test.each(['/online/%.png', '/online/%zz.png', '/online/%E0%A4%A.png', '/%ff.png', '/%/lobby.png'])(
    '%s cannot be decoded: 400',
    (path) => {
      expect(() => parsePicturePath(path)).toThrow(expect.objectContaining({ status: 400, code: 'bad-key' }))
    },
  )
})

describe('a URL that goes the shortest way', () => {
  test.each(['/online.png', '/online/lobby.jpg?scale=2', '/online/a.b.mjpeg', '/online/lobby.json'])(
    '%s does, by its ending',
    (url) => expect(isPictureUrl(url)).toBe(true),
  )

  test.each([
    '/',
    '/online',
    '/online/lobby?x=.png',
    '/online/lobby.png/click',
    '/api/status/build.png',
    '/api/build.png',
    '/assets/logo.png',
    '/dashboard/logo.png',
    '/a/b/c.png',
  ])('%s does not', (url) => expect(isPictureUrl(url)).toBe(false))
})
