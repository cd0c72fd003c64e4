import { fileURLToPath } from 'node:url'
import { renderOnce } from 'imgcast/test'
import { defineWidget, param } from 'imgcast/widget'
import { describe, expect, test } from 'vitest'
import online from '../../widgets/online.ts'
import sine from '../../widgets/sine.ts'
import status from '../../widgets/status.ts'
import { DEVICE_NAMES } from '../support/looks.ts'

const typed = new URL('../fixtures/typed/typed.ts', import.meta.url)

const tally = defineWidget({
  title: 'Tally',
  size: { width: 100, height: 20 },
  params: { by: param.integer(1), every: param.duration(1000) },
  load: async ({ state, params }) => {
    const badge = await state.get<{ label: string }>('badge')
    if (badge) badge.label = 'spoilt'
    await state.set('seen', { at: 5 })
    const label = (await state.get<{ label: string }>('badge'))?.label
    return { label, sum: await state.add('sum', params.by) }
  },
  draw() {},
  json: ({ data, params, room, time, visitors }) => ({ ...data, every: params.every, room, time, visitors }),
})

describe('renderOnce', () => {
  test('draws a widget, in CSS pixels with the requested number of device pixels', async () => {
    const picture = await renderOnce(online, { visitors: 12, width: 200, scale: 2 })
    expect(picture).toMatchObject({ width: 200, height: 40, format: 'png', data: undefined, next: undefined })
    expect(picture.bytes.readUInt32BE(16)).toBe(400)
    expect(picture.json).toEqual({ room: 'widget/main', connections: 12, visitors: 12, peak: 12 })
  })

  test('accepts parameters as values or as a query, for the same picture', async () => {
    const values = await renderOnce(online, {
      params: { label: 'readers', style: 'box', color: 'tomato' },
      scale: 2,
    })
    const query = await renderOnce(online, { params: 'label=readers&style=box&color=tomato&scale=2&t=1' })
    expect(values.bytes).toEqual(query.bytes)
    expect(values.bytes).not.toEqual((await renderOnce(online)).bytes)
  })

  test('draws the example data of a widget in place of loaded data, if the look says so', async () => {
    const weather = defineWidget({
      title: 'Weather',
      size: { width: 20, height: 10 },
      load: (): { degrees: number } => {
        throw new Error('no network')
      },
      example: { degrees: 21 },
      draw(ctx, { data }) {
        ctx.fillRect(0, 0, data.degrees, 10)
      },
    })
    expect((await renderOnce(weather, { example: true })).data).toEqual({ degrees: 21 })
    expect((await renderOnce(weather, { params: 'example' })).data).toEqual({ degrees: 21 })
    await expect(renderOnce(weather)).rejects.toThrow('no network')
    // A widget without an example has no such parameter.
    expect((await renderOnce(online, { params: 'example=nonsense' })).format).toBe('png')
  })

  test('names a format that there is not', async () => {
    await expect(renderOnce(online, { format: 'tiff' as 'png' })).rejects.toThrow(
      'expected `format` to be one of png, jpeg, webp, gif, svg, bmp, got "tiff"',
    )
  })

  test('accepts a duration in milliseconds, as `draw` gets it', async () => {
    expect((await renderOnce(tally, { params: { every: 2500 } })).json).toMatchObject({ every: 2500 })
  })

  test('loads TypeScript by path or URL, as the server does', async () => {
    const [path, url, text] = await Promise.all(
      [fileURLToPath(typed), typed, typed.href].map((module) =>
        renderOnce(module, { params: { color: 'ff0000' } }),
      ),
    )
    expect(path).toMatchObject({ width: 30, height: 30 })
    expect(url?.bytes).toEqual(path?.bytes)
    expect(text?.bytes).toEqual(path?.bytes)
    expect((await renderOnce(typed)).json).toMatchObject({ room: 'typed/main' })
  })

  test('runs `load` with the given state, and returns the state afterwards', async () => {
    const state = { badge: { label: 'build' }, sum: 2 }
    const { data, state: after } = await renderOnce(tally, { state, params: { by: 40 } })
    expect(data).toEqual({ label: 'build', sum: 42 })
    expect(after).toEqual({ badge: { label: 'build' }, sum: 42, seen: { at: 5 } })
    expect(state.sum).toBe(2)
    await expect(renderOnce(tally, { state: { sum: 'many' } })).rejects.toThrow(
      'to be a number, found string',
    )
  })

  test('loads nothing if the data is given', async () => {
    const at = { days: undefined, members: [], at: 0, picture: undefined }
    const data = { status: { message: 'a message of some length' }, ...at }
    const picture = await renderOnce(status, { data })
    expect(picture.width).toBeGreaterThan((await renderOnce(status)).width)
    expect((await renderOnce(tally, { data: { label: 'x', sum: 7 } })).state).toEqual({})
  })

  test('rejects with the words of a failure, and for a `draw` that returns a promise', async () => {
    const fails = new URL('../fixtures/widgets/fails.mjs', import.meta.url)
    const by = (value: string) => renderOnce(fails, { params: { by: value } })
    await expect(by('city')).rejects.toMatchObject({ message: 'No such city', status: 404 })
    await expect(by('promise')).rejects.toThrow('returned a promise from `draw`: await in `load`')
  })

  test('rejects for an `svg` that is no text and for a span of a history that there is not', async () => {
    const base = { title: 'T', size: { width: 9, height: 9 }, draw() {} }
    const numbered = { ...base, svg: (): string => 3 as never }
    await expect(renderOnce(numbered, { format: 'svg' })).rejects.toThrow(
      'returned 3 from `svg`: expected text',
    )
    const monthly = defineWidget({ ...base, load: ({ history }) => history({ span: 'month' as never }) })
    await expect(renderOnce(monthly)).rejects.toThrow(
      'Expected `span` to be one of hour, day, week, got "month"',
    )
  })

  test('has the same time every day, or the given one', async () => {
    const noon = '2026-01-01T12:00:00Z'
    expect((await renderOnce(tally)).json).toMatchObject({ time: Date.parse(noon) })
    for (const time of [noon, new Date(noon), Date.parse(noon)]) {
      expect((await renderOnce(sine, { time })).bytes).toEqual((await renderOnce(sine)).bytes)
    }
    expect((await renderOnce(sine, { time: Date.parse(noon) + 300 })).next).toBe(50)
    await expect(renderOnce(sine, { time: 'noon' })).rejects.toThrow(
      'expected `time` to be a time, got "noon"',
    )
  })

  test('calls a widget to read its own parameters, and names those that it cannot read', async () => {
    const parses = new URL('../fixtures/widgets/parses.mjs', import.meta.url)
    expect(await renderOnce(parses, { params: { size: '30x15' } })).toMatchObject({ width: 30, height: 15 })
    const wrong = renderOnce(parses, { params: 'red=300&size=wide' })
    await expect(wrong).rejects.toThrow('red: expected at most 255; size: expected a size like 20x10')
  })

  test('shows the given pictures', async () => {
    const shows = new URL('../fixtures/widgets/shows.mjs', import.meta.url)
    const pictures = [await renderOnce(online), await renderOnce(sine)]
    const params = 'show=online,sine'
    expect(await renderOnce(shows, { params, pictures })).toMatchObject({ width: 600, height: 240 })
    expect(await renderOnce(shows, { params })).toMatchObject({ width: 40, height: 20 })
  })

  test('names every fault', async () => {
    const wrong = { params: { style: 'round', labels: 'x' } as object, width: 5000, fps: 3 }
    const error = await renderOnce(online, wrong).catch((reason: Error) => reason)
    expect((error as Error).message.split('; ').toSorted()).toEqual([
      `fps: expected one of width, height, scale, quality, ${DEVICE_NAMES.join(', ')}`,
      'labels: expected one of label, count, loads, style, theme, color, background',
      'style: expected one of pill, box, got "round"',
      'width: expected a whole number from 60 to 600, got "5000"',
    ])
  })

  test('rejects with the widget’s error, and with the fault of a module', async () => {
    const at = (name: string) => new URL(`../fixtures/${name}`, import.meta.url)
    await expect(renderOnce(at('widgets/throws.mjs'))).rejects.toThrow('secret detail')
    await expect(renderOnce(at('broken/no-default.mjs'))).rejects.toThrow('expected the default export')
    await expect(renderOnce({ title: 'No' } as never)).rejects.toThrow('`draw`')
    await expect(renderOnce('no/such/file.ts')).rejects.toThrow('no/such/file.ts')
  })

  test('stops waiting for a `load` that never ends, and aborts it', async () => {
    let aborted = false
    const waits = defineWidget({
      title: 'Waits',
      size: { width: 10, height: 10 },
      load: ({ signal }) =>
        new Promise<void>(() =>
          signal.addEventListener('abort', () => {
            aborted = true
          }),
        ),
      draw() {},
    })
    await expect(renderOnce(waits)).rejects.toThrow('took too long to load')
    expect(aborted).toBe(true)
  })
})
