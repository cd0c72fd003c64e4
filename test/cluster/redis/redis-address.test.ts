import { expect, test } from 'vitest'
import { parseRedisAddress } from '../../../src/cluster/redis/redis-address.ts'

const local = { hosts: [{ host: 'localhost', port: 6379 }], db: 0, isCluster: false, prefix: 'imgcast' }

test.each([
  ['//localhost', local],
  ['//localhost:7000/3', { ...local, hosts: [{ host: 'localhost', port: 7000 }], db: 3 }],
  ['//[::1]:6380', { ...local, hosts: [{ host: '::1', port: 6380 }] }],
  ['//me:s%40cret@localhost', { ...local, username: 'me', password: 's@cret' }],
  ['//:secret@localhost', { ...local, password: 'secret' }],
  ['//localhost?prefix=forum', { ...local, prefix: 'forum' }],
  [
    '//a:1,b:2/1?sentinel=main',
    {
      ...local,
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
      db: 1,
      sentinel: 'main',
    },
  ],
  ['//localhost?cluster', { ...local, isCluster: true }],
])('%s is an address of Redis', (text, expected) => {
  expect(parseRedisAddress(text)).toEqual(expected)
})

test.each([
  ...['', 'localhost', '//', '//a,b', '//a:0', '//a:65536', '//a:x', '//a/x', '//a?unknown=1', '//a b'],
  ...['//a?sentinel=', '//a?sentinel=x&cluster', '//a/1?cluster', '//a?prefix=a%20b', '//a#x', '//a@b@c'],
])('%j is not an address of Redis', (text) => {
  expect(parseRedisAddress(text)).toBeUndefined()
})
