import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { DRAWING_ATTACKS } from './attacks/drawing.ts'
import { HTTP2_ATTACKS } from './attacks/http2.ts'
import type { Target } from './attacks/send.ts'
import { SOCKET_ATTACKS } from './attacks/sockets.ts'
import { TEXT_ATTACKS } from './attacks/text.ts'
import { TOOL_ATTACKS, TOOL_ATTACKS_OVER_HTTP2 } from './attacks/tools.ts'
import { WEBSOCKET_ATTACKS } from './attacks/websockets.ts'
import { type Damage, Victim } from './victim.ts'

const isWhole = process.env.ABUSE === 'whole'
const HEALTHY = 20
/**
 * Generous, since all of it runs on the machine of the attacker: without a defence it is minutes, or forever. The time in
 * which the server had no processor does not count: other work on the machine is no fault of the server.
 */
const LONGEST_PAUSE = 8000
const PEAK_BYTES = 700e6

describe('beside an attack 20 healthy viewers keep getting frames', () => {
  const attacks = { ...TEXT_ATTACKS, ...SOCKET_ATTACKS, ...WEBSOCKET_ATTACKS, ...DRAWING_ATTACKS }
  expectToSurvive({ ...attacks, ...(isWhole && TOOL_ATTACKS) }, [
    '/sine/unread.json',
    '/sine/socket-0-0.json',
    '/online/reset.json',
    '/sine/a0.json',
    '/sine/h0.json',
    '/online/full-0-0.json',
  ])
})

describe('over TLS and HTTP/2, beside an attack 20 healthy viewers keep getting frames', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-abuse-'))
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string]
  beforeAll(() => {
    const made = makeCertificate()
    writeFileSync(cert, made.cert)
    writeFileSync(key, made.key)
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  expectToSurvive(
    { ...HTTP2_ATTACKS, ...(isWhole && TOOL_ATTACKS_OVER_HTTP2) },
    ['/sine/w.json'],
    ['--tls-cert', cert, '--tls-key', key],
  )
})

/**
 * Runs attacks one after the other on one server.
 * @param rooms the data of rooms that attackers watch, all of whom must be gone at the end.
 * @param options of the server.
 */
function expectToSurvive(
  attacks: Readonly<Record<string, (target: Target) => Promise<void>>>,
  rooms: readonly string[],
  options: readonly string[] = [],
): void {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start(options)
    await victim.watch(HEALTHY)
  })
  afterAll(() => victim?.stop())

  test('and the same without an attack', async () => {
    report('no attack', await victim.during(() => new Promise((resolve) => setTimeout(resolve, 2000))))
  })

  test.each(Object.entries(attacks))('%s', { timeout: 120_000 }, async (name, attack) => {
    const damage = await victim.during(() => attack({ port: victim.port, scale: isWhole ? 10 : 1 }))
    report(name, damage)
    expect(victim.isAlive).toBe(true)
    expect(damage.ownPause).toBeLessThan(LONGEST_PAUSE)
    expect(damage.peakBytes).toBeLessThan(PEAK_BYTES)
  })

  test('and every attacker is forgotten', { timeout: 90_000 }, async () => {
    await eventually(
      async () => {
        expect(await victim.connections()).toBe(HEALTHY)
        for (const path of rooms) expect(await victim.connections(path), path).toBe(0)
      },
      { timeout: 60_000 },
    )
  })
}

function report(name: string, damage: Damage): void {
  const { longestPause, waited, longestRequest, peakBytes } = damage
  const [pause, wait, request, peak] = [longestPause, waited, longestRequest, peakBytes / 1e6].map(Math.round)
  process.stderr.write(
    `abuse: ${name.padEnd(34)} longest pause ${pause} ms (${wait} ms without a processor), request ${request} ms, peak ${peak} MB\n`,
  )
}
