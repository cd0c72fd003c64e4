import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compare, decode, type Pixels } from '../../src/picture/compare.ts'
import { expectPicture, TOLERANCE } from '../../src/picture/expect-picture.ts'
import type { Frame } from '../../src/picture/frame.ts'
import { loadOf } from '../../src/widget/kept-load.ts'
import type { RoomHistory } from '../../src/widget/room-history.ts'
import { zoneOffset } from '../../src/widget/zone.ts'
import grid from '../../widgets/grid.ts'
import hitCounter from '../../widgets/hits.ts'
import rooms from '../../widgets/rooms.ts'
import { cutBox, type Sheet } from '../support/sheet.ts'
import {
  build,
  drawFrame,
  drawSheet,
  hits,
  type Name,
  NOON,
  readAlt,
  readData,
  run,
  sheets,
  table,
  watched,
} from './sheets.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const states = Object.entries(sheets).flatMap(([name, rows]) =>
  rows.map(([query, facts]) => [name as Name, query, facts] as const),
)
const cases = Object.keys(sheets).flatMap((name) =>
  ([1, 2] as const).map((scale) => [scale === 1 ? name : `${name}@2x`, name as Name, scale] as const),
)

async function hasChanged({ png, boxes }: Sheet, path: string): Promise<boolean> {
  if (!existsSync(path)) return false
  const bytes = readFileSync(path)
  if (png.equals(bytes)) return false
  const [actual, kept] = await Promise.all([decode(png), decode(bytes)])
  if (actual.width !== kept.width || actual.height !== kept.height) return true
  return boxes.flat().some((box) => compare(cutBox(actual, box), cutBox(kept, box)).share > TOLERANCE)
}

/** How much of two pictures of one size differs. */
async function difference(one: Buffer, other: Buffer, threshold?: number): Promise<number> {
  const pixels: Pixels[] = await Promise.all([decode(one), decode(other)])
  return compare(pixels[0] as Pixels, pixels[1] as Pixels, threshold).share
}

describe('the pictures', () => {
  it.each(cases)(
    '%s are drawn as they were',
    async (file, name, scale) => {
      const sheet = await drawSheet(name, scale)
      const path = join(GOLDEN, `${file}.png`)
      // Each picture for itself: of a whole sheet, one changed digit would be next to nothing.
      await expectPicture(sheet.png, path, { tolerance: (await hasChanged(sheet, path)) ? 0 : TOLERANCE })
    },
    120_000,
  )

  it('are all of the kept ones', () => {
    const kept = readdirSync(GOLDEN).map((file) => basename(file, '.png'))
    expect(kept.toSorted()).toEqual(cases.map(([file]) => file).toSorted())
  })

  it('would fail for another digit', async () => {
    const [two, three] = [2, 3].map((visitors) => drawFrame('online', '', { visitors }).bytes)
    expect(await difference(two as Buffer, three as Buffer)).toBeGreaterThan(TOLERANCE)
  })

  it.each(states)(
    '%s (%s) leaves a corner transparent, or fills it on request',
    async (name, query, facts) => {
      const alpha = (await decode(drawFrame(name, query, facts).bytes)).data[3] ?? 0
      const filled = /0d1117|square|for-the-badge|padding/.test(query)
      if (filled) expect(alpha).toBe(255)
      else expect(alpha).toBeLessThan(255)
    },
  )
})

describe('online', () => {
  it('shows the requested count', () => {
    const facts = { visitors: 1, connections: 7 }
    const seven = drawFrame('online', '', { visitors: 7 }).etag
    expect(drawFrame('online', 'count=connections', facts).etag).toBe(seven)
    expect(drawFrame('online', 'count=visitors', facts).etag).not.toBe(seven)
  })

  it('marks a count that other servers may add to', () => {
    const whole = drawFrame('online', '', { visitors: 7 })
    const partial = drawFrame('online', '', { visitors: 7, isPartial: true })
    expect(partial.etag).not.toBe(whole.etag)
    expect([whole.alt, partial.alt]).toEqual(['7 people watching now', 'at least 7 people watching now'])
    // Loads of today are not viewers.
    const loads = [true, false].map((isPartial) => drawFrame('online', 'loads=7', { isPartial }).etag)
    expect(loads[0]).toBe(loads[1])
  })

  it('says loads in words, one of them too, and that their number is unknown', () => {
    const words = ['0', '1', '12'].map((loads) => drawFrame('online', `loads=${loads}`).alt)
    expect(words).toEqual(['an unknown number of loads today', '1 load today', '12 loads today'])
  })

  it.each([
    ['readers', 1, 'reader'],
    ['readers', 2, 'readers'],
    ['people reading', 1, 'person reading'],
    ['forum visitors now', 1, 'forum visitor now'],
    ['watching others', 1, 'watching other'],
    ['guests', 1, 'guests'],
    ['guest|guests', 1, 'guest'],
    ['guest|guests', 0, 'guests'],
  ])('with the label %s and the number %i says %s', (label, visitors, words) => {
    const draw = (text: string) => drawFrame('online', `label=${encodeURIComponent(text)}`, { visitors }).etag
    expect(draw(label)).toBe(draw(`${words}|${words}`))
  })

  it('returns the default facts as data', () => {
    expect(readData('online')).toEqual({ room: 'online/main', connections: 3, visitors: 2, peak: 5 })
  })

  it.each([
    'width=60&height=16',
    'width=60&height=150',
    'width=170',
    'width=600&height=150',
    'width=600&height=16',
  ])('keeps %s from overflowing', async (size) => {
    for (const label of ['', 'watching now', 'W'.repeat(60)]) {
      for (const visitors of [0, 1, 88_888, 888_888_888]) {
        const query = `${size}&background=transparent&label=${label}`
        const { width, height, data } = await decode(drawFrame('online', query, { visitors }).bytes)
        const edge = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]).flat()
        expect(edge.filter((pixel) => data[pixel * 4 + 3] !== 0)).toEqual([])
      }
    }
  })
})

describe('the dark ground', () => {
  it('is one colour in all widgets that have a card', async () => {
    const cards = [
      ['online', ''],
      ['countdown', ''],
      ['clock', 'face=digital&height=60'],
    ] as const
    for (const theme of ['auto', 'dark']) {
      const grounds = cards.map(async ([name, query]) => {
        const { width, data } = await decode(drawFrame(name, `${query}&theme=${theme}`).bytes)
        return [...data.slice((width * 4 + width / 2) * 4).slice(0, 4)]
      })
      expect(new Set((await Promise.all(grounds)).map(String))).toEqual(new Set(['22,27,34,255']))
    }
  })
})

describe('sine', () => {
  it('is the same picture one period later', async () => {
    for (const [speed, period] of [
      [0.5, 2000],
      [2, 500],
      [-4, 250],
      [0.1, 10_000],
    ]) {
      const now = drawFrame('sine', `speed=${speed}`, { time: NOON + 150 })
      const later = drawFrame('sine', `speed=${speed}`, { time: NOON + 150 + Number(period) * 7 })
      expect(await difference(now.bytes, later.bytes, 0.01)).toBe(0)
    }
  })

  it('is another picture half a period later, and stands still at speed 0', () => {
    const etags = [0, 1000].map((later) => drawFrame('sine', '', { time: NOON + later }).etag)
    expect(etags[0]).not.toBe(etags[1])
    const still = [0, 1000].map((later) => drawFrame('sine', 'speed=0', { time: NOON + later }).etag)
    expect(still[0]).toBe(still[1])
  })

  it('runs to the right', async () => {
    // A quarter of a period on, the crest has moved by a quarter of a wave.
    const query = 'width=400&height=100&frequency=1&speed=1&fps=20'
    const crests = await Promise.all(
      [0, 250].map(async (later) => topOf(await decode(drawFrame('sine', query, { time: later }).bytes))),
    )
    expect(Number(crests[1]) - Number(crests[0])).toBeCloseTo(100, -1)
  })
})

/** The column in which the picture's line is highest. */
function topOf({ width, data }: { width: number; data: Uint8ClampedArray }): number {
  for (let row = 0; row * width * 4 < data.length; row += 1) {
    const line = Array.from({ length: width }, (_, x) => x).filter(
      (x) => Number(data[(row * width + x) * 4 + 3]) > 200,
    )
    if (line.length > 0) return (Number(line[0]) + Number(line.at(-1))) / 2
  }
  return -1
}

describe('status', () => {
  it('says of how many days its uptime is known', () => {
    const days = { since: NOON - 7_200_000, days: { '2026-01-01': [7200, 0, 0] } }
    const facts = { data: { status: build, days, at: NOON } }
    expect(readAlt('status', 'show=bar&days=90', facts)).toBe('build: passing, up 100% of 1 known day')
    expect(readAlt('status', 'show=bar&days=1', facts)).toBe('build: passing, up 100% of the last 1 day')
  })

  it('returns the badge that was sent and the room as data', () => {
    const { label, message, color } = build
    expect(readData('status', { data: { status: build } })).toMatchObject({
      ...{ room: 'status/main', label, message, color, level: 'up' },
    })
    expect(readData('status')).toMatchObject({ room: 'status/main', message: 'not set', level: 'unset' })
  })

  it('grows with its words up to 255 characters, always by whole pixels', () => {
    const widths = ['a', 'passing', 'm'.repeat(300), 'm'.repeat(400)].map(
      (message) => drawFrame('status', '', { data: { status: { ...build, message } } }).width,
    )
    expect(widths).toEqual(widths.map(Math.floor))
    expect(widths[0]).toBeLessThan(widths[1] as number)
    expect(widths[3]).toBe(widths[2])
  })

  it.each([
    ['red', 'dd4343'],
    ['success', 'brightgreen'],
    ['#4b0', 'brightgreen'],
    ['4B0', '#44bb00'],
    ['rebeccapurple', 'rgb(102, 51, 153)'],
  ])('takes %s for %s', (one, other) => {
    const etags = [one, other].map(
      (color) => drawFrame('status', '', { data: { status: { ...build, color } } }).etag,
    )
    expect(etags[0]).toBe(etags[1])
  })

  it('is red for an error without a colour, grey for a colour that is none', () => {
    const badge = { label: 'build', message: 'failing' }
    const draw = (data: object) => drawFrame('status', '', { data: { status: { ...badge, ...data } } }).etag
    expect(draw({ isError: true })).toBe(draw({ color: 'red' }))
    expect(draw({ isError: true, color: 'blue' })).toBe(draw({ color: 'blue' }))
    expect(draw({ color: 'constructor' })).toBe(draw({}))
    expect(draw({})).toBe(draw({ color: 'lightgrey' }))
  })

  it('keeps the colours of an error, for any query', () => {
    const failing = { label: 'build', message: 'failing', isError: true }
    const draw = (query: string) => drawFrame('status', query, { data: { status: failing } }).etag
    expect(draw('color=brightgreen&labelColor=navy')).toBe(draw(''))
  })

  it('lets the query override the badge that was sent', () => {
    const sent = { label: 'tests', message: 'passing', color: 'blue', labelColor: 'navy', style: 'plastic' }
    const wished = 'label=tests&color=blue&labelColor=navy&style=plastic'
    expect(drawFrame('status', wished, { data: { status: build } }).etag).toBe(
      drawFrame('status', '', { data: { status: sent } }).etag,
    )
  })

  it.each([
    null,
    [],
    'text',
    7,
    { message: { a: 1 }, label: ['x'], style: 'none', color: 5, isError: 'yes' },
  ])('draws something for %j', (data) => {
    expect(drawFrame('status', '', { data: { status: data } }).width).toBeGreaterThan(20)
  })
})

describe('traffic-light', () => {
  it('goes round in three intervals', () => {
    const at = (time: number, query = '') => drawFrame('traffic-light', query, { time }).etag
    expect(new Set([at(0), at(500), at(1000)]).size).toBe(3)
    expect([at(499), at(1500), at(2600)]).toEqual([at(0), at(0), at(1000)])
    expect(at(2000, 'interval=2s')).toBe(at(500))
  })

  it('skips no light at an interval that is no whole number', () => {
    const at = (turn: number) =>
      drawFrame('traffic-light', 'interval=100.1ms', { time: NOON + turn * 100 }).etag
    const turns = Array.from({ length: 30 }, (_, turn) => at(turn))
    expect(turns.filter((etag, turn) => etag === turns[turn - 1])).toEqual([])
  })

  it('requests its next frame when the light changes', () => {
    expect(run('frame', 'traffic-light', 'interval=2s', { time: 4500 })).toMatchObject({ next: 1500 })
  })
})

describe('hits', () => {
  it('reads the counters that the server keeps', async () => {
    const time = Date.now()
    const today = `$hits:${new Date(time).toISOString().slice(0, 10)}`
    const kept = new Map([
      ['$hits', 4711],
      [today, 42],
    ])
    const get = async (name: string) => kept.get(name)
    const scope = { state: { get }, time, params: { zone: 'UTC' } }
    const load = () => loadOf(hitCounter as never)?.(scope as never)
    expect(await load()).toEqual({ hits: 4711, today: 42 })
    kept.clear()
    expect(await load()).toEqual({ hits: 0, today: 0 })
  })

  it('counts today from midnight in its zone', async () => {
    const midnight = zoneMidnight('Asia/Tokyo')
    const steps = [-600_000, 0, 600_000].map((after) => ({ time: midnight + after, hits: 5 }))
    const scope = {
      state: { get: async () => 20 },
      history: async () => ({ steps }),
      time: Date.now(),
      params: { zone: 'Asia/Tokyo', images: '' },
    }
    expect(await loadOf(hitCounter as never)?.(scope as never)).toEqual({ hits: 20, today: 10 })
  })

  it.each([
    ['', '1234567'],
    ['separator=comma', '1,234,567'],
    ['separator=point', '1.234.567'],
    ['abbreviate=yes', '1.2M'],
    ['base=1000000', '2234567'],
    ['span=today&separator=comma', '42'],
  ])('is a badge (%s) that says %s', (query, words) => {
    const facts = { data: { hits: 1_234_567, today: 42 } }
    const { frame } = run('frame', 'hits', `style=flat&label=views&${query}`, facts, 'svg') as {
      frame: Frame
    }
    expect(frame.bytes.toString()).toContain(`<title>views: ${words}</title>`)
  })

  it('returns the room and both numbers as data', () => {
    expect(readData('hits', { data: hits })).toEqual({ room: 'hits/main', ...hits })
  })

  it('shows the requested span, and grows with the number', () => {
    const [total, today] = ['total', 'today'].map((span) => drawFrame('hits', `span=${span}`, { data: hits }))
    expect(total?.etag).not.toBe(today?.etag)
    const widths = [9, 999_999, 1_000_000].map(
      (count) => drawFrame('hits', '', { data: { hits: count, today: 0 } }).width,
    )
    expect(widths[0]).toBe(widths[1])
    expect(widths[2]).toBeGreaterThan(widths[1] as number)
  })
})

/** When today began in a zone without summer time. */
function zoneMidnight(zone: string): number {
  const offset = zoneOffset(Date.now(), zone)
  return Math.floor((Date.now() + offset) / 86_400_000) * 86_400_000 - offset
}

describe('rooms', () => {
  it('reads the rooms that it names, in their order, and no more than it may', async () => {
    const asked: unknown[] = []
    const load = (show: string) =>
      loadOf(rooms as never)?.({
        params: { show, span: 'week' },
        history: async (request: { room: string }) => asked.push(request),
      } as never)
    await load(' online/a, ,sine/b,')
    expect(asked).toEqual(['online/a', 'sine/b'].map((room) => ({ room, span: 'week' })))
    await load('a/b,'.repeat(300))
    expect(asked.length).toBeLessThan(50)
  })

  it('returns the numbers of each room as data', () => {
    const { room, visitors, connections, peak, peakToday, hits } = table[0] as RoomHistory
    expect(readData('rooms', { data: table.slice(0, 1) })).toEqual([
      { room, visitors, connections, peak, peakToday, hits },
    ])
  })

  it('looks again within two seconds', () => {
    expect(run('frame', 'rooms', '', { data: table })).toMatchObject({ next: 2000 })
  })
})

describe('chart', () => {
  it('draws no line for the time before its room was watched', async () => {
    const data = { ...watched('day', 140), since: NOON - 6 * 3_600_000 }
    const whole = await decode(drawFrame('chart', 'background=white', { data: watched('day', 140) }).bytes)
    const part = await decode(drawFrame('chart', 'background=white', { data }).bytes)
    const inked = ({ width, height, data }: Pixels, to: number) => {
      // Lines and areas are blue; axes, rules and words are grey.
      const isBlue = (at: number) => Number(data[at + 2]) - Number(data[at]) > 20
      const columns = Array.from({ length: to - 60 }, (_, index) => index + 60)
      return columns.filter((x) =>
        Array.from({ length: height - 60 }, (_, y) => y + 30).some((y) => isBlue((y * width + x) * 4)),
      ).length
    }
    expect(inked(whole, 340)).toBe(280)
    expect(inked(part, 340)).toBe(0)
    expect(inked(part, 460)).toBeGreaterThan(90)
  })

  it('ends at the number that its heading reports', () => {
    const data = watched('hour', 12)
    const draw = (visitors: number) => drawFrame('chart', 'height=60', { data: { ...data, visitors } }).etag
    // Without a heading only the line's end can differ.
    expect(draw(5)).not.toBe(draw(1))
  })

  it('replaces every {room} in its label', () => {
    const draw = (label: string) => drawFrame('chart', `label=${label}`, { data: watched('day', 3) }).etag
    expect(draw('{room}+{room}')).toBe(draw('online/blog+online/blog'))
  })
})

describe('clock', () => {
  it('replaces every {city} in its label', () => {
    const draw = (label: string) => drawFrame('clock', `zone=Europe/Rome&label=${label}`).etag
    expect(draw('{city}+{city}')).toBe(draw('Rome+Rome'))
  })

  it('is drawn on the second, and without seconds on the minute', () => {
    expect(run('frame', 'clock', '', { time: NOON + 1250 })).toMatchObject({ next: 750 })
    expect(run('frame', 'clock', 'seconds=no', { time: NOON + 1250 })).toMatchObject({ next: 58_750 })
  })

  it.each(['analog', 'digital'])('with the face %s shows the time of its zone', (face) => {
    const at = (zone: string, time: number) =>
      drawFrame('clock', `face=${face}&label=&zone=${zone}`, { time }).etag
    expect(at('Europe/Berlin', NOON)).toBe(at('UTC', NOON + 3_600_000))
    expect(at('Asia/Kathmandu', NOON)).toBe(at('UTC', NOON + 5.75 * 3_600_000))
    expect(at('UTC', NOON)).not.toBe(at('UTC', NOON + 1000))
  })
})

describe('grid', () => {
  const shown = (query: string) => {
    const params = Object.fromEntries(new URLSearchParams(query))
    return grid.shows?.({ room: 'grid/main', key: 'main', params: { theme: 'auto', ...params } as never })
  }

  it('hands its theme on to the pictures that name none', () => {
    const show = 'show=clock,sine/x%3Fspeed=1,online%3Ftheme=light'
    expect(shown(show)).toEqual(['clock', 'sine/x?speed=1', 'online?theme=light'])
    expect(shown(`${show}&theme=dark`)).toEqual([
      'clock?theme=dark',
      'sine/x?speed=1&theme=dark',
      'online?theme=light',
    ])
  })
})

describe('countdown', () => {
  const at = (query: string, time = NOON) => drawFrame('countdown', `label=&${query}`, { time }).etag

  it('is drawn on the second, one second less each', () => {
    expect(run('frame', 'countdown', '', { time: NOON + 250 })).toMatchObject({ next: 750 })
    expect(at('to=2026-01-02', NOON + 1000)).toBe(at('to=2026-01-01T23:59:59'))
    expect(at('to=2026-01-02')).not.toBe(at('to=2026-01-02', NOON + 1000))
  })

  it('replaces every {date} in its label', () => {
    const draw = (label: string) => drawFrame('countdown', `label=${label}&to=2026-02-01`).etag
    expect(draw('{date}+{date}')).toBe(draw('1+February+2026+1+February+2026'))
  })

  it('reads a date in its zone, and prefers an offset to a zone', () => {
    expect(at('to=2026-01-02T01:00&zone=Europe/Berlin')).toBe(at('to=2026-01-02'))
    expect(at('to=2026-01-02T01:00%2b01:00&zone=Asia/Tokyo')).toBe(at('to=2026-01-02'))
  })

  it('goes to the next New Year by itself', () => {
    expect(at('')).toBe(at('to=2027-01-01'))
    expect(at('', Date.UTC(2026, 11, 31, 23, 59, 59))).toBe(at('to=2026-01-01T12:00:01'))
  })

  it('shows its text from that time on', () => {
    const second = Date.UTC(2026, 0, 2)
    expect(at('to=2026-01-02&done=Now', second)).toBe(at('to=2026-01-02&done=Now', second + 1e9))
    expect(at('to=2026-01-02&done=Now', second)).not.toBe(at('to=2026-01-02&done=Now', second - 1000))
  })
})
