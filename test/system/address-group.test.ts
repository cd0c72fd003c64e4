import { expect, test } from 'vitest'
import { addressGroup, isLoopback } from '../../src/system/address-group.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9'],
  ['fe80::1%eth0', 'fe80::2'],
  ['', ''],
  ['not an address', 'not an address'],
])('%j and %j are one address', (one, other) => {
  expect(addressGroup(one)).toBe(addressGroup(other))
})

test.each([
  ['192.0.2.1', '192.0.2.2'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
])('%j and %j are two addresses', (one, other) => {
  expect(addressGroup(one)).not.toBe(addressGroup(other))
})

test('addresses of this machine are known in every form', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    expect(isLoopback(address)).toBe(true)
  for (const address of ['192.0.2.1', '::2', '::', '', '10.0.0.1']) expect(isLoopback(address)).toBe(false)
})
