import { readdirSync, readlinkSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { createDirectSend } from '../../src/system/direct-send.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
})

/** The io_urings that this process has open. */
function openRings(): number {
  const paths = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      return ''
    }
  })
  return paths.filter((path) => path.includes('io_uring')).length
}

describe.runIf(process.platform === 'linux')('the option direct-send', () => {
  test('auto opens a ring if the kernel allows one', async () => {
    const before = openRings()
    const trial = createDirectSend()
    const expected = openRings() - before
    trial?.close()
    server = await startServer()
    expect(openRings() - before).toBe(expected)
  })

  test('off opens none', async () => {
    const before = openRings()
    server = await startServer({ directSend: 'off' })
    expect(openRings()).toBe(before)
  })
})
