import { loadImage } from '@napi-rs/canvas'
import type { Format, Frame } from '../../src/picture/frame.ts'
import { drawJob, type Supplies } from '../../src/render/host/draw-job.ts'
import type { Job, PictureFacts } from '../../src/render/protocol.ts'
import { parseLook } from '../../src/widget/look.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import type { NumberSeries } from '../../src/widget/number-series.ts'
import type { HistorySpan, RoomHistory } from '../../src/widget/room-history.ts'
import type { EmbeddedPicture, Widget } from '../../src/widget/widget.ts'
import badge from '../../widgets/badge.ts'
import chart from '../../widgets/chart.ts'
import clock from '../../widgets/clock.ts'
import countdown from '../../widgets/countdown.ts'
import gauge from '../../widgets/gauge.ts'
import grid from '../../widgets/grid.ts'
import guestbook from '../../widgets/guestbook.ts'
import hitCounter from '../../widgets/hits.ts'
import online from '../../widgets/online.ts'
import poll, { idOf } from '../../widgets/poll.ts'
import progress from '../../widgets/progress.ts'
import rooms from '../../widgets/rooms.ts'
import sine from '../../widgets/sine.ts'
import sparkline from '../../widgets/sparkline.ts'
import status from '../../widgets/status.ts'
import tictactoe from '../../widgets/tictactoe.ts'
import trafficLight from '../../widgets/traffic-light.ts'
import { makeSheet, type Sheet } from '../support/sheet.ts'

export const widgets = {
  badge,
  chart,
  clock,
  countdown,
  gauge,
  grid,
  guestbook,
  hits: hitCounter,
  online,
  poll,
  progress,
  rooms,
  sine,
  sparkline,
  status,
  tictactoe,
  'traffic-light': trafficLight,
}
export type Name = keyof typeof widgets
export type Facts = Partial<Omit<Job, 'output' | 'widget' | 'look'>> & Partial<Supplies>

export const NOON = Date.UTC(2026, 0, 1, 12)

export function run(
  output: Job['output'],
  name: Name,
  query: string,
  { data, pictures = [], ...facts }: Facts,
  format: Format = 'png',
) {
  const widget = widgets[name] as unknown as Widget
  const manifest = toManifest(name, '', widget)
  const look = parseLook(manifest, format, new URLSearchParams(query))
  const defaults = { key: 'main', connections: 3, visitors: 2, peak: 5, time: NOON }
  const job = { ...defaults, ...facts, output, widget: name, look }
  return drawJob({ widget, manifest }, job, { data, pictures })
}

export function drawFrame(name: Name, query = '', facts: Facts = {}): Frame {
  return (run('frame', name, query, facts) as { frame: Frame }).frame
}

/** What a picture of these would have as its `pictures`. */
function showAll(...pictures: [name: Name, query?: string, facts?: Facts][]): Promise<EmbeddedPicture[]> {
  return Promise.all(
    pictures.map(async ([name, query = '', facts]) => {
      const { bytes, width, height } = drawFrame(name, `${query}&scale=2`, facts)
      return { path: name, alt: name, image: await loadImage(bytes), width, height }
    }),
  )
}

export function readData(name: Name, facts: Facts = {}): unknown {
  return (run('json', name, '', facts) as { data: PictureFacts }).data.json
}

export function readAlt(name: Name, query = '', facts: Facts = {}): string {
  return (run('json', name, query, facts) as { data: PictureFacts }).data.alt
}

export const long = 'a message much longer than any badge on any page has a right to be, '.repeat(3)
export const build = { schemaVersion: 1, label: 'build', message: 'passing', color: 'brightgreen' }
/** A day's rise and fall, or an hour's or a week's. */
export function watched(span: HistorySpan, crowd: number, room = 'online/blog'): RoomHistory {
  const [count, step, waves] = ({ hour: [60, 1, 3], day: [144, 10, 2], week: [168, 60, 7] } as const)[span]
  const from = NOON - count * step * 60_000
  const steps = Array.from({ length: count }, (_, index) => {
    const wave = 0.5 + 0.4 * Math.sin((index / count) * waves * Math.PI * 2)
    const mean = crowd * (wave + 0.1 * Math.sin(index * 2.3))
    const level = { peak: Math.ceil(mean * 1.15), mean }
    return { time: from + index * step * 60_000, visitors: level, connections: level, hits: 0 }
  })
  const now = steps.at(-1)?.visitors.peak ?? 0
  return {
    room,
    from,
    to: NOON,
    step: step * 60_000,
    steps,
    visitors: now,
    connections: now,
    peak: 999,
    peakToday: Math.max(...steps.map(({ visitors }) => visitors.peak)),
    hits: crowd * 31,
  }
}

/** A series of numbers over an hour, by the share of it that has passed; NaN is missing. */
export function measured(numberAt: (share: number) => number, spread = 0): NumberSeries {
  const [step, count] = [20_000, 180]
  const from = NOON - step * count
  const points = Array.from({ length: count }, (_, index) => {
    const mean = numberAt(index / count)
    return { time: from + index * step, min: mean - spread, max: mean + spread, mean, last: mean }
  }).filter(({ mean }) => !Number.isNaN(mean))
  const last = points.at(-1)
  return { key: 'cpu', from, to: NOON, step, points, value: last?.last, time: last?.time, isLate: false }
}
const busy = measured((share) => 46 + 30 * Math.sin(share * 9) + 6 * Math.sin(share * 71), 4)
/** One number, as a gauge gets it. */
const newest = (value?: number): Facts => ({
  data: { ...measured(() => Number.NaN), value, time: NOON },
  key: 'cpu',
})
const late: Facts = { data: { ...measured(() => 42), isLate: true, time: NOON - 600_000 }, key: 'cpu' }
/** A series as a chart shows it. */
const charted = {
  ...{
    isSeries: true,
    room: 'series/cellar',
    from: NOON - 3_600_000,
    to: NOON,
    step: 60_000,
    visitors: -3.25,
  },
  steps: Array.from({ length: 60 }, (_, index) => {
    const mean = 2 - 6 * Math.sin(index / 9)
    return { time: NOON - (60 - index) * 60_000, visitors: { peak: mean + 0.5, mean, low: mean - 0.5 } }
  }),
}
const unmeasured = measured(() => Number.NaN)
const levels = 'thresholds=0:green,50:yellow,70:red'

export const hits = { hits: 4711, today: 42 }
export const styles = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social']
/** A right-to-left mark and an emoji to come: what no machine's fonts change. */
const [BACKWARDS, NO_EMOJI] = ['\u200f', '\u{1faff}'].map(encodeURIComponent)

export const table = [
  watched('day', 140),
  watched('day', 1_234_567, 'sine/a-room-with-a-rather-long-name'),
  watched('day', 0, 'hits/main'),
]

/** A game of tic-tac-toe, from its squares. */
const game = (squares: string) => ({ data: { squares, seats: { X: 'x', O: 'o' }, moved: NOON } })
const playing = [
  { data: { squares: '         ', seats: {}, moved: 0 } },
  { data: { squares: '    X    ', seats: { X: 'x' }, moved: NOON } },
  game('XO  X  O '),
  game('XO XXOO X'),
  game('XOXXOOOXX'),
]
/** Votes of a poll, by its question and options. */
const voted = (votes: number[], question = 'Tabs or spaces?', options = 'Tabs,Spaces,Both in one file') => ({
  data: { [idOf({ question, options })]: votes },
})
const lunch = [
  'Where do we have lunch on Friday, if it rains and nobody has an umbrella?',
  'Pizza,Noodles,Soup,Salad,At home,The new place behind the old station,None,All of them',
] as const
const asked = (query: string, [question, options]: readonly [string, string]) =>
  `${query}&question=${encodeURIComponent(question)}&options=${encodeURIComponent(options)}`
const signed = {
  signed: 1234,
  entries: [
    ['Ada', 'Hello from the forum! I did not know that a picture can do that.', 3],
    ['Grace', 'First!', 12],
    [
      '',
      'A line that is as long as one can be, so that it has to be broken into several lines of text, and still is cut at the end of the third one.',
      0,
    ],
    ['M', 'ok', 0],
  ].map(([name, text, hearts], index) => ({
    ...{ name, text, hearts: Array(hearts).fill('x'), by: 'y', time: NOON - index * 40_000_000 },
  })),
}

/** The states of each widget that are kept, all on one sheet. */
type States = [query: string, facts?: Facts][]

/** The states of each widget; those of badges are compared with the SVG of badge-maker. */
export const sheets: Record<Exclude<Name, 'badge'>, States> = {
  chart: [
    ['span=day', { data: watched('day', 140) }],
    ['span=week', { data: watched('week', 23_456) }],
    ['span=hour', { data: watched('hour', 12) }],
    ['span=week&width=120&height=40', { data: watched('week', 9) }],
    ['width=120&height=100', { data: watched('day', 3) }],
    ['width=300&height=120&label=Last+day', { data: watched('day', 0) }],
    ['width=120&height=60', { data: watched('day', 0) }],
    // First watched an hour and a half ago.
    ['width=300&height=120', { data: { ...watched('day', 140), since: NOON - 5_400_000 } }],
    ['width=300&height=120&background=fffbe6', { data: { ...watched('hour', 3), visitors: 0 } }],
    ['width=300&height=120', { data: charted }],
  ],
  clock: [
    ['', { time: NOON - 6_683_000 }],
    ['zone=America/New_York&seconds=no&label=&width=80&height=80'],
    ['zone=Asia/Kathmandu&color=8250df&background=fffbe6&width=120'],
    ['face=digital&zone=Europe/Berlin'],
    ['face=digital&hours=12&width=240&height=72&label=Headquarters+of+a+rather+long+name'],
    ['face=digital&seconds=no&label=&width=90&height=32&color=3fb950'],
    ['face=digital&width=160&height=60&background=transparent'],
    ['face=digital&hours=12&width=100&height=24'],
    ['zone=Asia/Kathmandu', { time: NOON - 9_900_000 }],
    ['width=112&height=112', { time: NOON - 12_600_000 }],
  ],
  countdown: [
    [''],
    ['to=2026-01-02&label=to+the+launch&background=transparent'],
    ['to=2026-01-01&done=Happy+New+Year!'],
    ['to=2099-12-31T23:59&label=&width=200&height=60&color=e05d44'],
    ['width=100&height=20&background=transparent'],
    ['width=150&height=50&label='],
    ['to=2040-01-01&width=600&height=200'],
    ['style=line&height=36'],
    ['style=line'],
    ['to=2026-02-01&seconds=off'],
    ['to=2026-02-01&seconds=off&style=line&height=36'],
    ['style=line&label=from+{date}+to+{date}&width=240&height=60&background=fffbe6'],
    [`style=line&height=30&width=300&label=${BACKWARDS}a+rather+long+name+of+what+is+to+come`],
  ],
  gauge: [
    ['unit=%25', newest(42.5)],
    [`unit=%25&${levels}`, newest(88)],
    [`style=half&unit=%25&${levels}`, newest(61)],
    [`style=needle&unit=rpm&max=8000&thresholds=0:green,5000:yellow,6500:red`, newest(5432)],
    ['width=60&height=60&unit=%25', newest(7)],
    ['style=needle&width=70&height=60&background=transparent', newest(93)],
    ['width=320&height=240&min=-20&max=40&unit=%C2%B0C&label=Outside&locale=de', newest(-7.25)],
    ['', newest()],
    ['style=half', late],
  ],
  grid: [
    [
      '',
      {
        pictures: await showAll(
          ['countdown', 'height=160'],
          ['clock'],
          ['online', 'width=320&height=44'],
          ['hits', '', { data: hits }],
        ),
      },
    ],
    [
      'columns=3&align=start&padding=20&background=fffbe6',
      {
        pictures: await showAll(
          ['online'],
          ['online', 'width=240'],
          ['traffic-light', 'width=24&height=60'],
          ['status'],
        ),
      },
    ],
    ['columns=1&gap=0', { pictures: await showAll(['status'], ['online']) }],
    ['show='],
  ],
  guestbook: [
    ['', { data: signed }],
    ['', { data: { entries: [], signed: 0 } }],
    ['width=180&height=160&label=Leave+a+line+here', { data: signed }],
    ['width=600&height=200&background=fffbe6&color=8250df', { data: signed }],
    ['height=120&background=transparent', { data: { ...signed, signed: 1 } }],
  ],
  hits: [
    ['label=visitors+since+1996', { data: hits }],
    ['style=led&label=today&span=today', { data: hits }],
    ['style=flip', { data: { hits: 890_236, today: 1 } }],
    ['style=plain&digits=1', { data: { hits: 1_000_000, today: 1 } }],
    ['digits=1', { data: { hits: 0, today: 0 } }],
    ['size=12&label=a+label+much+longer+than+six+digits', { data: { hits: 123_456_789, today: 0 } }],
    ['style=led&size=20&digits=3&color=3fb950', { data: hits }],
    ['style=flip&size=72&digits=2&color=ffb800', { data: { hits: 37, today: 0 } }],
    ['style=plain&separator=comma', { data: { hits: 1_000_000, today: 0 } }],
    ['style=plain&abbreviate=yes&label=views', { data: { hits: 12_345_678, today: 0 } }],
    ...styles.map((style): [string, Facts] => [
      `style=${style}&label=profile+views&separator=comma`,
      { data: hits },
    ]),
  ],
  online: [
    ['', { visitors: 12 }],
    ['style=box&label=viewers', { visitors: 12 }],
    ['', { visitors: 0 }],
    ['', { visitors: 1_000_000 }],
    ['width=240', { visitors: 1_000_000 }],
    ['label=people+reading+this+very+long+article+today'],
    ['label=readers', { visitors: 1 }],
    ['background=808080'],
    [`label=${BACKWARDS}mirrored`, { visitors: 12 }],
    [`label=coffee+${NO_EMOJI}+drinkers`, { visitors: 12 }],
    ['background=white'],
    ['background=transparent'],
    ['background=transparent&color=8250df'],
    ['width=60&height=16'],
    ['width=60&height=150', { visitors: 1_000_000 }],
    ['width=300&height=80'],
  ],
  poll: [
    ['', { data: {} }],
    ['', voted([42, 57, 1])],
    ['', voted([1])],
    [asked('height=320', lunch), voted([120, 340, 11, 340, 0, 12_345, 2, 7], ...lunch)],
    ['width=160&height=120', voted([3, 2, 2])],
    ['height=140&background=fffbe6&color=8250df', voted([3, 2, 2])],
    ['width=600&height=200&background=transparent', voted([3, 2, 2])],
    ['options=Yes,No&height=60', { data: {} }],
  ],
  progress: [
    ['unit=%25', newest(42.5)],
    [`unit=%25&style=blocks&${levels}`, newest(88)],
    ['style=ring&show=percent&max=7', newest(5)],
    ['show=fraction&max=350&unit=pages&label=Book&background=fffbe6', newest(123)],
    ['height=20&width=160&unit=%25', newest(1)],
    ['height=8&width=160', newest(62)],
    ['show=none&height=24', newest(62)],
    ['', newest()],
    ['unit=%25', late],
  ],
  rooms: [
    ['', { data: table }],
    ['names=no&width=420&height=120&cell=84', { data: table }],
    ['counts=visitors&names=no&cell=48&width=140&height=90&color=3fb950', { data: table }],
    ['width=240&height=60', { data: table }],
    ['width=300&height=100', { data: table }],
    ['background=fffbe6&span=hour', { data: [watched('hour', 7)] }],
    ['width=200&height=40', { data: [] }],
  ],
  sine: [
    ['width=300&height=100'],
    ['width=300&height=100', { time: NOON + 300 }],
    ['width=300&height=100&background=0d1117&color=3fb950&frequency=5'],
    ['width=60&height=30'],
    ['width=300&height=150&thickness=8&amplitude=1'],
    ['width=300&height=60&amplitude=0'],
  ],
  status: [
    ['', { key: 'deploys' }],
    ...styles.map((style): [string, Facts] => [`style=${style}`, { data: { status: build } }]),
    ['', { data: { status: { label: 'build', message: 'failing', isError: true } } }],
    ['', { data: { status: { ...build, message: long } } }],
    ['', { data: { status: { label: 'paint', message: 'cream', color: 'fffbe6' } } }],
    ['', { data: { status: { message: 'alone', color: 'blue' } } }],
    ['label=deploy&color=8250df&labelColor=navy', { data: { status: build } }],
  ],
  sparkline: [
    ['unit=%25', { data: busy, key: 'cpu' }],
    [`style=line&width=320&height=120&${levels}`, { data: busy, key: 'cpu' }],
    ['style=bars&width=320&height=90', { data: measured((share) => -3 + 5 * Math.sin(share * 12), 0.5) }],
    [
      'width=160&height=24&unit=%C2%B0C&locale=de&label=Cellar',
      { data: measured((share) => 4 - share * 9.3) },
    ],
    ['show=line&width=80&height=16', { data: busy, key: 'cpu' }],
    ['', { data: measured((share) => (share > 0.4 && share < 0.6 ? Number.NaN : 40 + share * 30)) }],
    ['background=fffbe6', { data: measured(() => 5) }],
    ['', { data: unmeasured }],
    ['width=160&height=24&label=', { data: unmeasured }],
    ['unit=%25', { data: { ...busy, isLate: true, time: NOON - 600_000 } }],
    ['', { data: { ...unmeasured, value: 3.5, time: NOON - 7_200_000 } }],
  ],
  tictactoe: [
    ...playing.map((facts): [string, Facts] => ['', facts]),
    ['width=120&height=140', game('XO  X  O ')],
    ['width=300&height=140&background=fffbe6', game('OOOXX X  ')],
    ['width=160&height=200&background=transparent', game('XO  X  O ')],
  ],
  'traffic-light': [
    ['', { time: 0 }],
    ['', { time: 500 }],
    ['', { time: 1000 }],
    ['width=24&height=60', { time: 500 }],
  ],
}
/** The styles that the docs show, on a light page and a dark one. */
export const styleSheets: Partial<Record<Name, States>> = {
  badge: [
    ...styles.map((style): [string, Facts] => [
      `style=${style}&logo=github`,
      { key: 'build-passing-brightgreen' },
    ]),
    ['logo=typescript&labelColor=navy', { key: 'types-strict-blue' }],
  ],
  chart: [
    ['height=120', { data: watched('day', 140) }],
    ['height=120&theme=light', { data: watched('week', 23_456) }],
    ['height=120&background=transparent&color=8250df', { data: watched('hour', 12) }],
  ],
  clock: [
    ['zone=Europe/Zurich', { time: NOON - 6_683_000 }],
    ['theme=dark&zone=Asia/Tokyo'],
    ['face=digital&height=60&zone=America/New_York'],
    ['face=digital&height=60&theme=light&hours=12&width=240'],
  ],
  countdown: [
    ['to=2026-02-12'],
    ['to=2026-02-12&theme=light'],
    ['to=2026-02-12&style=line&height=36'],
    ['to=2026-02-12&style=line&height=80&width=240&theme=light'],
  ],
  gauge: [
    ['unit=%25', newest(62)],
    [`unit=%25&theme=light&${levels}`, newest(62)],
    [`style=half&unit=%25&${levels}`, newest(88)],
    ['style=needle&unit=rpm&max=8000&thresholds=0:green,5000:yellow,6500:red', newest(5432)],
  ],
  grid: sheets.grid.slice(0, 1),
  guestbook: [
    ['', { data: signed }],
    ['theme=light&height=160', { data: signed }],
  ],
  hits: ['odometer', 'led', 'flip', 'plain', 'flat', 'for-the-badge'].map((style): [string, Facts] => [
    `style=${style}`,
    { data: hits },
  ]),
  online: [
    ['', { visitors: 12 }],
    ['style=box&label=readers', { visitors: 12 }],
    ['theme=light', { visitors: 12 }],
    ['background=fffbe6&label=people+reading+this+article', { visitors: 12 }],
  ],
  poll: [
    ['', voted([42, 57, 1])],
    ['theme=light&color=8250df', voted([42, 57, 1])],
    [asked('height=320', lunch), voted([120, 340, 11, 340, 0, 12_345, 2, 7], ...lunch)],
  ],
  progress: [
    ['unit=%25', newest(62)],
    [`unit=%25&style=blocks&theme=light&${levels}`, newest(62)],
    ['style=ring&unit=%25', newest(88)],
    ['show=fraction&max=350&unit=pages&label=Book', newest(123)],
    ['height=20&unit=%25', newest(62)],
  ],
  rooms: [
    ['width=480', { data: table }],
    ['width=300&height=100&theme=light', { data: table }],
  ],
  sine: [
    ['width=300&height=100'],
    ['width=300&height=60&frequency=5&color=3fb950&thickness=2'],
    ['width=300&height=100&background=0d1117&thickness=8&amplitude=1'],
  ],
  sparkline: [
    ['unit=%25', { data: busy, key: 'cpu' }],
    ['unit=%25&style=line', { data: busy, key: 'cpu' }],
    ['unit=%25&style=bars&theme=light', { data: busy, key: 'cpu' }],
    [`unit=%25&width=320&height=110&${levels}`, { data: busy, key: 'cpu' }],
    ['unit=%25&height=24&width=160', { data: busy, key: 'cpu' }],
  ],
  status: [
    ...styles.map((style): [string, Facts] => [`style=${style}`, { data: { status: build } }]),
    ['', { data: { status: { label: 'build', message: 'failing', isError: true } } }],
    ['', { key: 'deploys' }],
  ],
  tictactoe: [
    ...[2, 3].map((index): [string, Facts] => ['width=180&height=214', playing[index] as Facts]),
    ['width=180&height=214&theme=light', playing[2] as Facts],
  ],
  'traffic-light': [0, 500, 1000].map((time): [string, Facts] => ['width=30&height=75', { time }]),
}

/** Scripts and emoji that only the machine's fonts have: drawn on the contact sheet, and not kept. */
const LABELS = [
  'читают эту страницу',
  'קוראים עכשיו',
  'يقرؤون الآن',
  '今これを読んでいる人',
  'coffee ☕ drinkers 🎉 🇪🇺',
].map(encodeURIComponent)
const labelled = (before: string, facts: Facts): [string, Facts][] =>
  LABELS.map((label) => [`${before}label=${label}`, facts])
export const machineSheets: Partial<typeof sheets> = {
  chart: labelled('', { data: watched('day', 140) }),
  clock: labelled('face=digital&', {}),
  countdown: [...labelled('', {}), ...labelled('style=line&height=36&', {})],
  hits: labelled('', { data: hits }),
  online: labelled('', { visitors: 12 }),
}

/** Light pages and dark ones: first with the theme `auto` on both, then with the right one. */
export const COLUMNS = [
  { page: '#ffffff', theme: 'auto' },
  { page: '#0d1117', theme: 'auto' },
  { page: '#ffffff', theme: 'light' },
  { page: '#0d1117', theme: 'dark' },
]

/** Draws one sheet of a widget: a row for each state. @param states @default those that are kept */
export async function drawSheet(
  name: Name,
  scale: number,
  states = sheets[name as keyof typeof sheets],
  pages = 4,
): Promise<Sheet> {
  const columns = COLUMNS.slice(0, 'theme' in (widgets[name].params ?? {}) && name !== 'grid' ? pages : 2)
  const rows = states.map(([query, facts]) =>
    columns.map(({ theme }) => drawFrame(name, `${query}&theme=${theme}&scale=${scale}`, facts).bytes),
  )
  return makeSheet(
    rows,
    columns.map(({ page }) => page),
  )
}
