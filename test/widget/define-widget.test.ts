import { describe, expect, test } from 'vitest'
import { defineWidget } from '../../src/widget/define-widget.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import { param } from '../../src/widget/param.ts'
import type { Widget } from '../../src/widget/widget.ts'
import { findWidgetFaults } from '../../src/widget/widget-faults.ts'

const good = { title: 'Good', size: { width: 10, height: 20 }, draw() {} }

describe('a widget', () => {
  test.each<[string, object]>([
    ['the least', good],
    ['a size to choose', { ...good, size: { width: { min: 1, max: 4096, default: 10 }, height: 20 } }],
    ['a size of the parameters', { ...good, size: () => ({ width: 1, height: 1 }) }],
    ['frames a second', { ...good, animate: { fps: 30 } }],
    ['its own clock', { ...good, animate: { every: () => 1000 } }],
    ['a time between frames', { ...good, animate: { every: 10_000 } }],
    [
      'everything',
      { ...good, about: 'It.', params: { label: param.text() }, load() {}, json() {}, apiVersion: 1 },
    ],
  ])('with %s is right, and comes back as it is', (_what, widget) => {
    expect(findWidgetFaults(widget)).toEqual([])
    expect(defineWidget(widget as Widget)).toBe(widget)
  })

  const length = 'to be a whole number from 1 to 4096 or { min, max, default }, got'
  test.each<[object, string]>([
    [{ title: undefined }, 'expected `title` to be text, got nothing'],
    [{ title: '' }, 'expected `title` to be text, got ""'],
    [{ title: 5 }, 'expected `title` to be text, got 5'],
    [
      { role: 'clock' },
      'expected `role` to be one of viewer-count, ticker, room-table, history-chart, picture-grid, status-badge, static-badge, pushed-picture, camera-frames, got "clock"',
    ],
    [{ draw: undefined }, 'expected `draw` to be a function, got nothing'],
    [{ draw: 'circle' }, 'expected `draw` to be a function, got "circle"'],
    [{ load: {} }, 'expected `load` to be a function or { keep, run }, got {}'],
    [{ json: [1] }, 'expected `json` to be a function, got [1]'],
    [
      { size: undefined },
      'expected `size` to be { width, height } or a function of the parameters, got nothing',
    ],
    [{ size: null }, 'expected `size` to be { width, height } or a function of the parameters, got null'],
    [{ size: { height: 1 } }, `expected \`size.width\` ${length} nothing`],
    [{ size: { width: 0, height: 1 } }, `expected \`size.width\` ${length} 0`],
    [{ size: { width: 4097, height: 1 } }, `expected \`size.width\` ${length} 4097`],
    [{ size: { width: 1, height: 1.5 } }, `expected \`size.height\` ${length} 1.5`],
    [{ size: { width: 1, height: 'tall' } }, `expected \`size.height\` ${length} "tall"`],
    [
      { size: { width: 1, height: { min: 1, max: 5 } } },
      `expected \`size.height\` ${length} {"min":1,"max":5}`,
    ],
    [
      { size: { width: { min: 5, max: 1, default: 3 }, height: 1 } },
      `expected \`size.width\` ${length} {"min":5,"max":1,"default":3}`,
    ],
    [
      { animate: {} },
      'expected `animate` to be { fps } from 1 to 30 or { every } with a time like 10s or in milliseconds, or a function, got {}',
    ],
    [
      { animate: null },
      'expected `animate` to be { fps } from 1 to 30 or { every } with a time like 10s or in milliseconds, or a function, got null',
    ],
    [
      { animate: { fps: 31 } },
      'expected `animate` to be { fps } from 1 to 30 or { every } with a time like 10s or in milliseconds, or a function, got {"fps":31}',
    ],
    [
      { animate: { fps: 0.5 } },
      'expected `animate` to be { fps } from 1 to 30 or { every } with a time like 10s or in milliseconds, or a function, got {"fps":0.5}',
    ],
    [{ params: 'label' }, 'expected `params` to be an object, got "label"'],
    [
      { params: { label: 'text' } },
      'expected `params.label` to come from param.text(), param.number()... or to have a `parse`, got "text"',
    ],
    [
      { params: { label: null } },
      'expected `params.label` to come from param.text(), param.number()... or to have a `parse`, got null',
    ],
    [
      { params: { n: param.integer(5, { max: 1 }) } },
      '`params.n` has the default 5, expected a whole number from -1000000000 to 1',
    ],
    [
      { params: { min: param.text('0'), max: param.number(1, { above: 'min' }) } },
      '`params.max` is above "min", which is no number parameter',
    ],
    [
      { params: { min: param.number(7), max: param.integer(7, { unlike: 'min' }) } },
      '`params.max` has the default 7, expected one other than that of min, 7',
    ],
    [{ params: { c: param.choice([]) } }, '`params.c` has no choices'],
    [{ load: { keep: '10m' } }, 'expected `load` to be a function or { keep, run }, got {"keep":"10m"}'],
    [
      { load: { keep: '10 minutes', run() {} } },
      'expected `load.keep` to be a time such as \'10m\', from 100ms to 30d, got "10 minutes"',
    ],
    [
      { load: { keep: '10m', staleIfError: -1, run() {} } },
      "expected `load.staleIfError` to be a time such as '1d', up to 30d, got -1",
    ],
    [{ load: { keep: 1000, keeps: 1, run() {} } }, 'unknown field `load.keeps`, did you mean `load.keep`?'],
    [{ data() {} }, 'unknown field `data`, did you mean `json`?'],
    [
      { apiVersion: 2, data() {} },
      'expected `apiVersion` to be 1, the only version that this server has, got 2',
    ],
    [
      { onClick: (_click: object, _scope: object) => {} },
      'expected `onClick` to take one object, such as ({ params, data }), got 2 arguments',
    ],
    [
      { animate: { every: (_params: object, _data: object) => 1000 } },
      'expected `animate.every` to take one object, such as ({ params, data }), got 2 arguments',
    ],
    [{ onclick() {} }, 'unknown field `onclick`, did you mean `onClick`?'],
    [{ 'on click': 1 }, 'unknown field "on click", did you mean `onClick`?'],
    [
      { size: { width: 1, height: 1, heigth: 2 } },
      'unknown field `size.heigth`, did you mean `size.height`?',
    ],
    [
      { size: { width: { min: 1, max: 5, default: 2, step: 1 }, height: 1 } },
      'unknown field `size.width.step`, expected min, max, default',
    ],
    [{ animate: { fps: 5, lop: 9 } }, 'unknown field `animate.lop`, did you mean `animate.loop`?'],
    [{ animate: { evry: '1s' } }, 'unknown field `animate.evry`, did you mean `animate.every`?'],
    [{ load: { kep: '1m', run() {} } }, 'unknown field `load.kep`, did you mean `load.keep`?'],
    [{ load: { keep: '1m', rnu() {} } }, 'unknown field `load.rnu`, did you mean `load.run`?'],
    [{ collect: { evry: '1m', run() {} } }, 'unknown field `collect.evry`, did you mean `collect.every`?'],
    [
      { limits: { timeout: '2m' } },
      'expected `limits.timeout` to be a time such as \'5s\', from 10ms to 1m, got "2m"',
    ],
    [
      { animate: { fps: 10, every: '1s' } },
      'expected `animate` to have `fps` or `every`, got both: {"fps":10,"every":"1s"}',
    ],
    [
      { size: [100, 40] },
      'expected `size` to be { width, height } or a function of the parameters, got [100,40]',
    ],
    [{ key: ['a', 'b'] }, 'expected `key` to be param.choice([...]) for a closed list, got ["a","b"]'],
    [{ limits: { timout: 100 } }, 'unknown field `limits.timout`, did you mean `limits.timeout`?'],
    [{ limits: { cpu: 1 } }, 'unknown field `limits.cpu`, expected timeout, memoryBytes'],
    [{ size: { widht: 1, height: 1 } }, 'unknown field `size.widht`, did you mean `size.width`?'],
    [
      { size: { width: { min: 1, mx: 5, default: 2 }, height: 1 } },
      'unknown field `size.width.mx`, did you mean `size.width.max`?',
    ],
    [{ key: { patern: /a/, default: 'a' } }, 'unknown field `key.patern`, did you mean `key.pattern`?'],
    [{ key: { pattern: /a/, defualt: 'a' } }, 'unknown field `key.defualt`, did you mean `key.default`?'],
    [{ key: { pattern: /a/ } }, '`key` has the default nothing, expected a key as text'],
    [{ key: param.text('a', { mx: 5 } as object) }, 'unknown option `key.mx`, did you mean `key.max`?'],
    [
      { onClick() {}, fields: { text: param.text({ mx: 5 } as object) } },
      'unknown option `fields.text.mx`, did you mean `fields.text.max`?',
    ],
    [
      { params: { n: param.number(1, { mni: 1 } as object) } },
      'unknown option `params.n.mni`, did you mean `params.n.min`?',
    ],
    [
      { params: { n: param.number({ min: 1 } as never) } },
      '`params.n` has {"min":1} in place of its default: options come after the default',
    ],
    [
      { params: { c: param.color({ about: 'x' } as never) } },
      '`params.c` has {"about":"x"} in place of its default: options come after the default',
    ],
    [{ params: { n: param.number('5' as never) } }, '`params.n` has the default "5", expected a number'],
    [{ params: { c: param.choice([1, 2] as never) } }, '`params.c` has the choice 1, expected text'],
    [
      { params: { n: param.number(1, { max: '5' } as object) } },
      '`params.n` has a limit that is no number, and no time with a unit like 500ms',
    ],
    [{ about: 5 }, 'expected `about` to be text, got 5'],
    [{ fields: { text: param.text() } }, '`fields` are never read: the widget has no `onClick`'],
    [
      { onClick() {}, fields: { text: 'text' } },
      'expected `fields.text` to come from param.text(), param.number()..., got "text"',
    ],
    [
      { onClick() {}, fields: { x: param.text() } },
      '`fields.x` is reserved: clicks have coordinates of this name',
    ],
    [{ gallery: { rang: 1 } }, 'unknown field `gallery.rang`, did you mean `gallery.rank`?'],
    [
      { params: { t: param.text('', { mx: 5 } as object) } },
      'unknown option `params.t.mx`, did you mean `params.t.max`?',
    ],
  ])('with %o says: %s', (part, fault) => {
    expect(findWidgetFaults({ ...good, ...part })).toEqual([fault])
  })

  test.each(['width', 'height', 'scale', 'fps', 'quality', 'delivery', 'animate', 'v'])(
    'has no parameter called %s: every picture has it',
    (name) => {
      const params = { [name]: param.text() }
      expect(findWidgetFaults({ ...good, params })).toEqual([
        `\`params.${name}\` is reserved: every picture already has this parameter`,
      ])
    },
  )

  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['text', '"text"'],
    [() => {}, 'a function'],
  ])('is an object, not %o', (candidate, got) => {
    const fault = `expected the default export to be a widget (defineWidget({...})), got ${got}`
    expect(findWidgetFaults(candidate)).toEqual([fault])
  })

  test('whose choices are not a list is refused where they are declared', () => {
    const declare = param.choice as (...words: unknown[]) => unknown
    expect(() => declare('flat', 'round')).toThrow(
      "param.choice: expected a list of words, like param.choice(['flat', 'round']), got \"flat\"",
    )
  })

  test('with several faults reports all at once', () => {
    const wrong = { title: '', size: { width: 0, height: 'tall' }, params: { v: {} }, animate: { fps: 99 } }
    expect(findWidgetFaults(wrong)).toHaveLength(6)
    const define = () => defineWidget(wrong as unknown as Widget)
    expect(define).toThrow(TypeError)
    for (const name of ['title', 'draw', 'size.width', 'size.height', 'params.v', 'animate']) {
      expect(define).toThrow(`\`${name}\``)
    }
  })
})

describe('a manifest', () => {
  test('is plain data, whatever functions the widget has', () => {
    const widget = {
      ...good,
      about: 'It.',
      params: { label: param.text('a') },
      load() {},
      json() {},
      animate: { fps: 5 },
    }
    const manifest = toManifest('good', '/good.mjs', defineWidget(widget) as unknown as Widget)
    expect(structuredClone(manifest)).toEqual({
      name: 'good',
      file: '/good.mjs',
      title: 'Good',
      about: 'It.',
      isBuiltIn: false,
      role: undefined,
      key: { kind: 'name', default: 'main' },
      stateless: false,
      rank: undefined,
      size: { width: 10, height: 20 },
      sizeFromParams: false,
      params: { label: { kind: 'text', default: 'a', max: 100 } },
      fps: 5,
      loops: false,
      ticks: false,
      load: { keep: undefined, staleIfError: 0 },
      loads: true,
      hasExample: false,
      hasJson: true,
      hasAlt: false,
      reads: false,
      shows: false,
      starts: false,
      collects: undefined,
      fields: {},
      handles: { join: false, leave: false, click: false, collect: false },
      limits: {},
    })
  })

  test('of a size that the parameters decide has that of the defaults', () => {
    const widget = defineWidget({
      ...good,
      params: { cells: param.integer(3) },
      size: ({ params: { cells } }) => ({ width: cells * 10, height: 7 }),
    })
    const { size, sizeFromParams } = toManifest('it', '/it.mjs', widget as unknown as Widget)
    expect({ size, sizeFromParams }).toEqual({ size: { width: 30, height: 7 }, sizeFromParams: true })
  })
})
