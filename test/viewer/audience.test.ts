import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Audience } from '../../src/viewer/audience.ts'

test('one person with three streams of a widget is three connections and one visitor', () => {
  const audience = new Audience()
  const leaves = ['online', 'online', 'online'].map((widget) => audience.enter(widget, 'ann'))
  audience.enter('online', 'bob')
  audience.enter('sine', 'ann')
  expect([...audience.counts()]).toEqual([
    ['online', { connections: 4, visitors: 2 }],
    ['sine', { connections: 1, visitors: 1 }],
  ])
  for (const leave of leaves) leave()
  expect(new Map(audience.counts()).get('online')).toEqual({ connections: 1, visitors: 1 })
})

test('in any order of joins and leaves, and with repeated leaves, every viewer is counted and none remains', () => {
  const step = fc.record({
    widget: fc.constantFrom('a', 'b'),
    viewer: fc.constantFrom('1', '2', '3'),
    leaves: fc.nat(5),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const audience = new Audience()
      const open: { widget: string; viewer: string; leave: () => void }[] = []
      for (const { widget, viewer, leaves } of steps) {
        open.push({ widget, viewer, leave: audience.enter(widget, viewer) })
        for (const { leave } of open.splice(0, leaves - 2)) {
          leave()
          leave()
        }
        for (const [name, counts] of audience.counts()) {
          const mine = open.filter((each) => each.widget === name)
          const visitors = new Set(mine.map((each) => each.viewer)).size
          expect(counts).toEqual({ connections: mine.length, visitors })
        }
      }
    }),
  )
})
