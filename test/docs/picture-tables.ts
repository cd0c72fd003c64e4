import { toRows } from '../../src/http/page/page-look.ts'
import { lookSpecs } from '../../src/widget/look-table.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import type { Widget } from '../../src/widget/widget.ts'
import badge from '../../widgets/badge.ts'
import camera from '../../widgets/camera.ts'
import chart from '../../widgets/chart.ts'
import clock from '../../widgets/clock.ts'
import countdown from '../../widgets/countdown.ts'
import gauge from '../../widgets/gauge.ts'
import guestbook from '../../widgets/guestbook.ts'
import hits from '../../widgets/hits.ts'
import online from '../../widgets/online.ts'
import picture from '../../widgets/picture.ts'
import poll from '../../widgets/poll.ts'
import progress from '../../widgets/progress.ts'
import rooms from '../../widgets/rooms.ts'
import sine from '../../widgets/sine.ts'
import sparkline from '../../widgets/sparkline.ts'
import status from '../../widgets/status.ts'
import tictactoe from '../../widgets/tictactoe.ts'
import trafficLight from '../../widgets/traffic-light.ts'
import { DEVICE_NAMES } from '../support/looks.ts'
import { toTable } from './markdown.ts'

/** The sections of docs/pictures.md with a table of parameters, and the widgets they describe. */
export const SECTIONS = {
  badge,
  camera,
  chart,
  clock,
  countdown,
  gauge,
  guestbook,
  hits,
  online,
  poll,
  picture,
  progress,
  rooms,
  sine,
  sparkline,
  status,
  tictactoe,
  'traffic-light': trafficLight,
}

export const NOTHING = '—'

/** The table of a widget's parameters, as docs/pictures.md has it. */
export function parameterTable(name: string, widget: unknown): string {
  const manifest = toManifest(name, '', widget as Widget)
  const common = ['scale', 'quality', ...DEVICE_NAMES]
  const size = Object.fromEntries(
    Object.entries(lookSpecs(manifest)).filter(([name]) => !common.includes(name)),
  )
  const head = ['Parameter', 'Takes', 'Default', 'About']
  const rows = toRows({ ...manifest.params, ...size }).map(({ name, takes, value, about }) => [
    `\`${name}\``,
    sentence(takes),
    value === '' ? NOTHING : `\`${value}\``,
    about === undefined ? NOTHING : sentence(about),
  ])
  return toTable([head, ...rows])
}

/** As the README writes it: a capital first, and placeholders as code. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/<\w+>/g, '`$&`')
}
