import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { DRAWING_ATTACKS } from './attacks/drawing.ts'
import { SOCKET_ATTACKS } from './attacks/sockets.ts'
import { TEXT_ATTACKS } from './attacks/text.ts'
import { Victim } from './victim.ts'

const isWhole = process.env.ABUSE === 'whole'
const HEALTHY = 20
/** Generous, since all of it runs on the machine of the attacker: without a defence it is minutes, or forever. */
const LONGEST_PAUSE = 8000
const PEAK_BYTES = 700e6

const ATTACKS = Object.entries({ ...TEXT_ATTACKS, ...SOCKET_ATTACKS, ...DRAWING_ATTACKS })

describe('beside an attack 20 healthy viewers keep getting frames', () => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start()
    await victim.watch(HEALTHY)
  })
  afterAll(() => victim?.stop())

  test('and the same without an attack', async () => {
    report('no attack', await victim.during(() => new Promise((resolve) => setTimeout(resolve, 2000))))
  })

  test.each(ATTACKS)('%s', { timeout: 120_000 }, async (name, attack) => {
    const damage = await victim.during(() => attack({ port: victim.port, scale: isWhole ? 10 : 1 }))
    report(name, damage)
    expect(victim.isAlive).toBe(true)
    expect(damage.longestPause).toBeLessThan(LONGEST_PAUSE)
    expect(damage.peakBytes).toBeLessThan(PEAK_BYTES)
  })

  test('and every attacker is forgotten', { timeout: 90_000 }, async () => {
    await eventually(
      async () => {
        expect(await victim.connections()).toBe(HEALTHY)
        for (const path of ['/sine/unread.json', '/online/reset.json', '/sine/a.json'])
          expect(await victim.connections(path), path).toBe(0)
      },
      { timeout: 60_000 },
    )
  })
})

function report(
  name: string,
  { longestPause, peakBytes }: { longestPause: number; peakBytes: number },
): void {
  process.stderr.write(
    `abuse: ${name.padEnd(32)} longest pause ${Math.round(longestPause)} ms, peak ${Math.round(peakBytes / 1e6)} MB\n`,
  )
}
