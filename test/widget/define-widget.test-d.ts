import { type RenderedPicture, renderOnce } from 'imgcast/test'
import { defineWidget, failure, type LoadScope, param } from 'imgcast/widget'
import { expectTypeOf } from 'vitest'

// Checked by tsc alone: an author's editor shows these types, and underlines what is marked as an error here.

const declared = {
  label: param.text('here'),
  many: param.integer(3),
  wide: param.boolean(),
  style: param.choice(['flat', 'round']),
  pause: param.duration(500),
}
interface Chosen {
  label: string
  many: number
  wide: boolean
  style: 'flat' | 'round'
  pause: number
}

const widget = defineWidget({
  title: 'Typed',
  params: declared,
  async load({ params, state, key, signal }) {
    expectTypeOf(params).toEqualTypeOf<Chosen>()
    expectTypeOf(key).toEqualTypeOf<string>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(await state.get<number>('sum')).toEqualTypeOf<number | undefined>()
    return { sum: await state.add('sum', params.many) }
  },
  size({ params, data, key }) {
    expectTypeOf(key).toEqualTypeOf<string>()
    expectTypeOf(params).toEqualTypeOf<Chosen>()
    expectTypeOf(data).toEqualTypeOf<{ sum: number }>()
    return { width: params.many * 10, height: 20 }
  },
  animate: {
    every({ params, data }) {
      expectTypeOf(params).toEqualTypeOf<Chosen>()
      expectTypeOf(data).toEqualTypeOf<{ sum: number }>()
      return params.pause
    },
  },
  draw(ctx, { params, data, visitors }) {
    expectTypeOf(params).toEqualTypeOf<Chosen>()
    expectTypeOf(data).toEqualTypeOf<{ sum: number }>()
    expectTypeOf(visitors).toEqualTypeOf<number>()
    ctx.fillText(params.label, data.sum, 0)
    // @ts-expect-error: there is no such parameter
    ctx.fillText(params.labels, 0, 0)
    // @ts-expect-error: a flat is no number
    ctx.fillText(params.label, params.style, 0)
    // @ts-expect-error: no such style
    if (params.style === 'square') ctx.fill()
    // @ts-expect-error: the result of `load` has no such field
    ctx.fillText(data.label, 0, 0)
  },
  json({ params, data }) {
    expectTypeOf(params).toEqualTypeOf<Chosen>()
    expectTypeOf(data).toEqualTypeOf<{ sum: number }>()
    return data.sum
  },
})

defineWidget({
  title: 'Example',
  size: { width: 10, height: 10 },
  load: async () => ({ sum: await Promise.resolve(1) }),
  // @ts-expect-error: not the result of `load`
  example: { sum: 'many' },
  draw(_ctx, { data }) {
    expectTypeOf(data).toEqualTypeOf<{ sum: number }>()
  },
})

defineWidget({
  title: 'Weather',
  size: { width: 10, height: 10 },
  params: declared,
  load: {
    keep: '10m',
    staleIfError: 60_000,
    async run({ params, signal }) {
      expectTypeOf(params).toEqualTypeOf<Chosen>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      return { temperature: params.many }
    },
  },
  draw(_ctx, { data, dataAge }) {
    expectTypeOf(data).toEqualTypeOf<{ temperature: number }>()
    expectTypeOf(dataAge).toEqualTypeOf<number>()
  },
})
// @ts-expect-error: a time has a unit
defineWidget({ title: 'Kept', size: { width: 1, height: 1 }, load: { keep: '10', run() {} }, draw() {} })

defineWidget({
  title: 'Guestbook',
  size: { width: 10, height: 10 },
  fields: { text: param.text({ max: 80 }), stars: param.integer(3) },
  draw() {},
  onClick({ visitor, fields, x, state, room, visitors }) {
    expectTypeOf(room).toEqualTypeOf<string>()
    expectTypeOf(visitors).toEqualTypeOf<number>()
    expectTypeOf(state.delete).returns.toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(visitor).toEqualTypeOf<string>()
    expectTypeOf(fields).toEqualTypeOf<{ text: string; stars: number }>()
    expectTypeOf(x).toEqualTypeOf<number | undefined>()
  },
})

defineWidget({
  title: 'Without load',
  size: { width: 10, height: 10 },
  draw(_ctx, { data, params }) {
    expectTypeOf(data).toEqualTypeOf<undefined>()
    // @ts-expect-error: it has none
    return params.label
  },
})

// @ts-expect-error: a widget draws
defineWidget({ title: 'Without draw', size: { width: 10, height: 10 } })
// @ts-expect-error: nothing would wait for the promise
defineWidget({ title: 'Async draw', size: { width: 10, height: 10 }, async draw() {} })
defineWidget({
  title: 'Short draw',
  size: { width: 10, height: 10 },
  draw: (ctx) => ctx.fillRect(0, 0, 1, 1),
})
// @ts-expect-error: there is no such field
defineWidget({ title: 'Misspelt', size: { width: 10, height: 10 }, draw() {}, onclick() {} })
defineWidget({ title: 'Slow', size: { width: 10, height: 10 }, animate: { every: 10_000 }, draw() {} })
// @ts-expect-error: a widget has a size
defineWidget({ title: 'Without size', draw() {} })
// @ts-expect-error: a range has a default
defineWidget({ title: 'Range', size: { width: { min: 1, max: 5 }, height: 1 }, draw() {} })
// @ts-expect-error: one of the choices
param.choice(['flat', 'round'], 'square')
// @ts-expect-error: an animation has a pace
defineWidget({ title: 'Still', size: { width: 10, height: 10 }, animate: { loop: 1000 }, draw() {} })

/** A `load` written outside of its widget. */
export async function load({ params }: LoadScope<typeof declared>): Promise<string> {
  expectTypeOf(params.style).toEqualTypeOf<'flat' | 'round'>()
  return params.label
}

export async function draw(): Promise<void> {
  const picture = await renderOnce(widget, { params: { style: 'round', many: 2 }, data: { sum: 1 } })
  expectTypeOf(picture).toEqualTypeOf<RenderedPicture<{ sum: number }>>()
  expectTypeOf(picture.bytes).toEqualTypeOf<Buffer>()
  await renderOnce(widget, { params: 'style=round&scale=2', time: new Date(), format: 'webp' })
  // @ts-expect-error: no such style
  await renderOnce(widget, { params: { style: 'square' } })
  // @ts-expect-error: no such parameter
  await renderOnce(widget, { params: { labels: 'x' } })
  // @ts-expect-error: not the result of `load`
  await renderOnce(widget, { data: { sum: 'many' } })
  const unknown = await renderOnce('./widget.ts', { params: { label: 'x', many: 2 } })
  expectTypeOf(unknown.data).toEqualTypeOf<unknown>()
}

defineWidget({
  title: 'Of another room',
  size: { width: 10, height: 10 },
  load: ({ history }) => history({ room: 'online/blog', span: 'day' }),
  draw(ctx, { data }) {
    expectTypeOf(data.peakToday).toEqualTypeOf<number>()
    expectTypeOf(data.hits).toEqualTypeOf<number>()
    expectTypeOf(data.steps[0]?.visitors.peak).toEqualTypeOf<number | undefined>()
    ctx.fillText(String(data.hits), 0, 0)
  },
})

// A wrong field is the only error: `data` and `params` keep their types in all others.
defineWidget({
  title: 'Wrong size',
  // @ts-expect-error: not a number
  size: { width: 10, height: '20' },
  params: { many: param.integer(2) },
  load: async ({ params }) => ({ sum: params.many }),
  draw(ctx, { params, data }) {
    ctx.fillText(String(params.many), data.sum, 0)
  },
  json: ({ data }) => data.sum,
})
defineWidget({
  // @ts-expect-error: not text
  title: 5,
  size: { width: 10, height: 20 },
  load: async ({ state }) => ({ sum: await state.add('sum', 1) }),
  draw(ctx, { data }) {
    ctx.fillText('', data.sum, 0)
  },
})
defineWidget({
  // @ts-expect-error: there is no such field
  titel: 'Misspelt',
  title: 'Misspelt',
  size: { width: 10, height: 20 },
  load: async ({ state }) => ({ sum: await state.add('sum', 1) }),
  draw(ctx, { data }) {
    ctx.fillText('', data.sum, 0)
  },
})
defineWidget({
  title: 'Wrong click',
  size: { width: 10, height: 20 },
  load: async ({ state }) => ({ sum: await state.add('sum', 1) }),
  // @ts-expect-error: not a function
  onClick: 5,
  draw(ctx, { data }) {
    ctx.fillText('', data.sum, 0)
  },
})
defineWidget({
  title: 'Wrong parameter',
  size: { width: 10, height: 20 },
  // @ts-expect-error: no parameter
  params: { color: 'red', many: param.integer(2) },
  load: async ({ params }) => ({ sum: params.many }),
  draw(ctx, { params, data }) {
    ctx.fillText(params.color, data.sum, params.many)
  },
})
defineWidget({
  title: 'Wrong field',
  size: { width: 10, height: 20 },
  // @ts-expect-error: no parameter
  fields: { text: 'x', stars: param.integer(1) },
  draw() {},
  onClick: ({ fields }) => void fields.stars.toFixed(),
})

// A time is a number of milliseconds, or text with a unit.
defineWidget({
  title: 'Times',
  size: { width: 10, height: 20 },
  params: { pause: param.duration('10s', { min: '1s', max: 60_000 }) },
  animate: { every: '1m' },
  collect: { every: '1h', run() {} },
  limits: { timeout: '5s' },
  draw() {},
})
// @ts-expect-error: no unit
defineWidget({ title: 'No unit', size: { width: 1, height: 1 }, animate: { every: '10' }, draw() {} })
// @ts-expect-error: no such unit
param.duration('10 seconds')

// A misspelt name is an error in every object.
const small = { title: 'Small', size: { width: 1, height: 1 } } as const
// @ts-expect-error: no such length
defineWidget({ title: 'A', size: { widht: 1, height: 1 }, draw() {} })
// @ts-expect-error: a length too many
defineWidget({ title: 'A', size: { width: 1, height: 1, heigth: 1 }, draw() {} })
// @ts-expect-error: no such limit of a length
defineWidget({ title: 'A', size: { width: { min: 1, max: 2, default: 1, stp: 1 }, height: 1 }, draw() {} })
// @ts-expect-error: a size has no such length
defineWidget({ title: 'A', size: () => ({ widht: 1, height: 1 }), draw() {} })
// @ts-expect-error: no such field of an animation
defineWidget({ ...small, animate: { fps: 5, lop: 1000 }, draw() {} })
// @ts-expect-error: no such time
defineWidget({ ...small, load: { keep: '1m', stale: '1d', run: () => 1 }, draw() {} })
// @ts-expect-error: no such field of a collection
defineWidget({ ...small, collect: { every: '1m', run() {}, evry: 1 }, draw() {} })
// @ts-expect-error: no such limit
defineWidget({ ...small, limits: { timout: 100 }, draw() {} })
// @ts-expect-error: no such field of a key
defineWidget({ ...small, key: { pattern: /a/, default: 'a', flags: 'i' }, draw() {} })
// @ts-expect-error: no such field of the gallery
defineWidget({ ...small, gallery: { rank: 1, rnk: 1 }, draw() {} })
// @ts-expect-error: not in the result of `load`
defineWidget({ ...small, load: () => ({ to: 'x' }), example: { to: 'x', form: 'y' }, draw() {} })
// @ts-expect-error: no such limit
param.number(1, { mni: 1 })
// @ts-expect-error: a number begins with its default
param.number({ min: 1 })
// @ts-expect-error: no such limit
param.text({ mx: 1 })
// @ts-expect-error: no such option
param.boolean(true, { abuot: '' })
// @ts-expect-error: no such option
failure('x', { staus: 404 })
