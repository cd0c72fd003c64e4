import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const FOLDER = new URL('../../../src/cluster/redis/', import.meta.url)

/**
 * Every command that Imgcast sends, in scripts too, with the version of Redis that its documentation names ("Available
 * since", and for arguments the history). Valkey documents all of them for 8.0: it began with the commands of Redis 7.2.
 */
const DOCUMENTED: Readonly<Record<string, string>> = {
  ...{ DEL: '1.0.0', EVAL: '2.6.0', EVALSHA: '2.6.0', EXISTS: '1.0.0', EXPIRE: '1.0.0', GET: '1.0.0' },
  // Several fields since 4.0.0.
  ...{ HSET: '4.0.0', HDEL: '2.4.0', HGET: '2.0.0', HGETALL: '2.0.0', HINCRBY: '2.0.0', HKEYS: '2.0.0' },
  ...{ HMGET: '2.0.0', HSETNX: '2.0.0', HVALS: '2.0.0', LINDEX: '1.0.0', LLEN: '1.0.0', PERSIST: '2.2.0' },
  ...{
    PEXPIRE: '2.6.0',
    PING: '1.0.0',
    PUBLISH: '2.0.0',
    RPUSH: '1.0.0',
    SADD: '2.4.0',
    SCARD: '1.0.0',
    SELECT: '1.0.0',
  },
  // With PX since 2.6.12; SPOP with a count since 3.2.0; SSCAN with COUNT.
  ...{
    SET: '2.6.12',
    SMEMBERS: '1.0.0',
    SPOP: '3.2.0',
    SRANDMEMBER: '1.0.0',
    SREM: '2.4.0',
    SSCAN: '2.8.0',
    TIME: '2.6.0',
  },
  ...{ ZADD: '2.4.0', ZRANGE: '1.2.0', ZRANGEBYLEX: '2.8.9', ZRANGEBYSCORE: '1.0.5', ZREM: '2.4.0' },
}
/** Arguments that are words, by the command that has them. */
const WORDS = new Set(['PX', 'LIMIT', 'COUNT'])

test('only commands that Redis 6.2 and Valkey 8 document are sent', () => {
  const sources = readdirSync(FOLDER).map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))
  const source = sources.join('\n')
  const sent = [...source.matchAll(/\b(?:redis\.p?call|call)\(\[?\s*'([^']+)'/g)].map(([, name = '']) => name)
  expect([...new Set(sent)].sort()).toEqual(Object.keys(DOCUMENTED).sort())
  for (const [command, since] of Object.entries(DOCUMENTED))
    expect(since.localeCompare('6.2.0', 'en', { numeric: true }), command).toBeLessThan(0)
  // No command has a name that is put together.
  expect(source.match(/\bredis\.p?call\((?!')/g)).toBeNull()
  const words = [...source.matchAll(/'([A-Z]{2,})'/g)].map(([, word = '']) => word)
  const errors = /const REFUSALS = new Set\(\[(.+?)\n\]\)/s.exec(source)?.[1] ?? ''
  const others = words.filter((word) => !(word in DOCUMENTED) && !WORDS.has(word) && !errors.includes(word))
  expect([...new Set(others)].filter((word) => !['NOSCRIPT', 'READONLY'].includes(word))).toEqual([])
})
