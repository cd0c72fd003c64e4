import { describe, expect, test } from 'vitest'
import { Admission } from '../../src/viewer/admission.ts'

const A = '192.0.2.1'
const B = '192.0.2.2'
const C = '2001:db8::1'

const refused = (status: number, words: RegExp) =>
  expect.objectContaining({
    status,
    message: expect.stringMatching(words),
    headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
  })

describe('admission', () => {
  test('counts every stream until it is released', () => {
    const admission = new Admission({ maxConnections: 10, maxConnectionsPerAddress: 10 })
    const places = [A, A, B].map((address) => admission.admit(address))
    expect(admission.total).toBe(3)
    for (const [index, release] of places.entries()) {
      release()
      expect(admission.total).toBe(2 - index)
    }
  })

  test('refuses one address over its limit, and no other', () => {
    const admission = new Admission({ maxConnections: 10, maxConnectionsPerAddress: 2 })
    admission.admit(A)
    admission.admit(A)
    expect(() => admission.admit(A)).toThrow(refused(429, /has 2 pictures open/))
    admission.admit(B)
    admission.admit(C)
    expect(admission.total).toBe(4)
  })

  test('refuses everyone when it is full', () => {
    const admission = new Admission({ maxConnections: 2, maxConnectionsPerAddress: 2 })
    admission.admit(A)
    admission.admit(B)
    expect(() => admission.admit(C)).toThrow(refused(503, /All 2 streams \(--max-connections\) are in use/))
    expect(admission.total).toBe(2)
  })

  test('gives a released place to the next stream', () => {
    const admission = new Admission({ maxConnections: 1, maxConnectionsPerAddress: 1 })
    const release = admission.admit(A)
    expect(() => admission.admit(A)).toThrow()
    release()
    admission.admit(A)
    expect(admission.total).toBe(1)
  })

  test('releases a place once, even if it is called repeatedly', () => {
    const admission = new Admission({ maxConnections: 10, maxConnectionsPerAddress: 2 })
    const release = admission.admit(A)
    admission.admit(A)
    release()
    release()
    release()
    expect(admission.total).toBe(1)
    admission.admit(A)
    expect(() => admission.admit(A)).toThrow(refused(429, /has 2/))
  })
})
