import { describe, expect, test } from 'vitest'
import { Trigger } from '../../src/hooks/trigger.ts'

/** Steps of a time, whether the condition holds then, and whether that is news. */
type Step = [time: number, isTrue: boolean, isNews: boolean]

describe('a trigger', () => {
  test.each<[what: string, duration: number, hasFired: boolean, steps: Step[]]>([
    ['fires at once if no duration is required', 0, false, [[0, true, true]]],
    ['does not fire for a false condition', 0, false, [[0, false, false]]],
    [
      'fires once for a condition that stays true',
      0,
      false,
      [
        [0, true, true],
        [1, true, false],
        [9, true, false],
      ],
    ],
    [
      'fires again after it was false',
      0,
      false,
      [
        [0, true, true],
        [1, false, false],
        [2, true, true],
      ],
    ],
    [
      'waits until it has lasted',
      10,
      false,
      [
        [5, true, false],
        [14, true, false],
        [15, true, true],
        [16, true, false],
      ],
    ],
    [
      'restarts its wait after the condition was false',
      10,
      false,
      [
        [0, true, false],
        [9, false, false],
        [10, true, false],
        [19, true, false],
        [20, true, true],
      ],
    ],
    [
      'that fired before a restart does not fire for the same again',
      0,
      true,
      [
        [0, true, false],
        [1, false, false],
        [2, true, true],
      ],
    ],
  ])('%s', (_what, duration, hasFired, steps) => {
    const trigger = new Trigger({ duration, hasFired })
    for (const [time, isTrue, isNews] of steps)
      expect([time, trigger.update(isTrue, time)]).toEqual([time, isNews])
  })

  test('fires no more than once in its cooldown, however often the condition changes', () => {
    const trigger = new Trigger({ duration: 0, cooldown: 100 })
    const fired: number[] = []
    for (let time = 0; time <= 300; time += 1) if (trigger.update(time % 2 === 0, time)) fired.push(time)
    expect(fired).toEqual([0, 100, 200, 300])
  })

  test('fires after its cooldown for a condition that became true within it', () => {
    const trigger = new Trigger({ duration: 0, cooldown: 100 })
    const times = [0, 10, 20, 99, 100, 101]
    expect(times.filter((time) => trigger.update(time !== 10, time))).toEqual([0, 100])
  })
})
