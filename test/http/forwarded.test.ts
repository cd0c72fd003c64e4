import { expect, test } from 'vitest'
import { readForwarded } from '../../src/http/forwarded.ts'

const addressesOf = (headers: Record<string, string>) => readForwarded(headers).map(({ address }) => address)

test.each([
  ['203.0.113.7:5000, 10.0.0.5:4000', ['10.0.0.5', '203.0.113.7']],
  ['[2001:db8::1]:443, 2001:db8::2', ['2001:db8::2', '2001:db8::1']],
  [' 192.0.2.1 ,192.0.2.2', ['192.0.2.2', '192.0.2.1']],
  ['192.0.2.1, unknown, 192.0.2.2', ['192.0.2.2']],
  ['', []],
])('X-Forwarded-For: %s', (header, addresses) => {
  expect(addressesOf({ 'x-forwarded-for': header })).toEqual(addresses)
})

test.each([
  ['for=192.0.2.60;proto=https;by=203.0.113.43', ['192.0.2.60']],
  ['For="[2001:db8:cafe::17]:4711", for="192.0.2.1:80"', ['192.0.2.1', '2001:db8:cafe::17']],
  ['for=_hidden, for=192.0.2.1', ['192.0.2.1']],
  ['for="an unclosed quote, for=192.0.2.1;host="a.example"', ['192.0.2.1']],
])('Forwarded: %s', (header, addresses) => {
  expect(addressesOf({ forwarded: header })).toEqual(addresses)
})

test('Forwarded carries the protocol of each hop', () => {
  const hops = readForwarded({
    forwarded: 'proto=HTTPS;for=192.0.2.1, for=192.0.2.2;proto=http, for=192.0.2.3',
  })
  expect(hops.map(({ protocol }) => protocol)).toEqual([undefined, 'http', 'https'])
})

test('X-Forwarded-For wins, as a proxy that sets it passes on the Forwarded of its client', () => {
  expect(addressesOf({ 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.9' })).toEqual(['192.0.2.1'])
})

test('only the nearest hops of a long header are read', () => {
  const header = Array.from({ length: 10_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).join(',')
  for (const name of ['x-forwarded-for', 'forwarded']) {
    const hops = addressesOf({ [name]: name === 'forwarded' ? header.replaceAll('10.', 'for=10.') : header })
    expect(hops.length).toBeLessThanOrEqual(32)
    expect(hops[0]).toBe('10.0.39.15')
  }
})
