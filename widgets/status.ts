import {
  type Badge,
  badgeSize,
  badgeSvg,
  badgeWords,
  defineWidget,
  drawBadge,
  drawUptime,
  Logos,
  loadLogo,
  OLDER_BADGE_STYLES,
  param,
  parseColor,
  readStatus,
  rollUp,
  type StatusContent,
  type StatusLook,
  statusBadge,
  uptimeDays,
  uptimeShare,
  uptimeSize,
} from 'imgcast/widget'

const STYLES = ['auto', 'flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const MAX_MEMBERS = 50
const logos = new Logos()

/** The values in the store that a picture is drawn from. */
interface Stored {
  status: unknown
  days: unknown
  /** Of a roll-up, in the order of `of`. */
  members: { key: string; status: unknown }[]
  /** When they were read: its size and the drawing are of one moment. */
  at: number
}

export default defineWidget({
  title: 'Status badge',
  about: 'A badge that scripts set with PUT /api/status/<key>, in the format of shields.io.',
  gallery: { rank: 30 },
  role: 'status-badge',
  params: {
    label: param.text('', { max: 60, about: 'Overrides the label that was sent.' }),
    style: param.choice(STYLES, 'auto', {
      otherwise: 'flat',
      older: OLDER_BADGE_STYLES,
      about: 'A style of shields.io; auto is the style that was sent, or flat.',
    }),
    color: param.color('', { about: 'Background of the message; overrides the colour that was sent.' }),
    labelColor: param.color('', { about: 'Background of the label; overrides the colour that was sent.' }),
    logo: param.text('', {
      max: 2_048,
      about: 'A simple-icons slug, such as github, or an image as a data: URI.',
    }),
    logoColor: param.color('', { about: 'Colour of a simple-icons logo.' }),
    logoSize: param.choice(['fixed', 'auto'], 'fixed', {
      otherwise: 'fixed',
      about: 'auto gives a wide simple-icons logo its own proportions.',
    }),
    link: param.text('', { max: 1_000, about: 'Link target of the SVG.' }),
    of: param.text('', { max: 500, about: 'Keys of other statuses, with commas between: sums them up.' }),
    show: param.choice(['badge', 'bar'], 'badge', { about: 'A badge, or a bar for each of the last days.' }),
    days: param.integer(90, { min: 1, max: 366, about: 'How many days the bar shows.' }),
    theme: param.theme('auto', { about: 'Of the page below the bar; a badge suits any.' }),
  },
  async load({ state, params, room, readRoom, time }) {
    const keys = params.of.split(',').map((key) => key.trim())
    const wanted = keys.filter((key) => key !== '').slice(0, MAX_MEMBERS)
    const read = async (key: string) => ({
      key,
      status: await readRoom(`${room.slice(0, room.indexOf('/'))}/${key}`, 'badge'),
    })
    const [status, days, members] = await Promise.all([
      state.get('badge'),
      params.show === 'bar' ? state.get('$days') : undefined,
      Promise.all(wanted.map(read)),
    ])
    const stored: Stored = { status, days, members, at: time }
    const { logo } = statusBadge(toContent(stored, ''), params, logos)
    return { ...stored, picture: await loadLogo(logo) }
  },
  alt({ key, data, params }) {
    const words = badgeWords(toBadge(data, key, params))
    if (params.show === 'badge') return words
    const days = uptimeDays(data?.days, data?.status, data?.at ?? 0, params.days)
    const share = uptimeShare(days)
    if (share === undefined) return words
    const known = days.filter(({ times }) => times.some((seconds) => seconds > 0)).length
    const span = known < params.days ? `${known} known` : `the last ${known}`
    const percent = Math.floor(share * 1000) / 10
    return `${words}, up ${percent}% of ${span} ${known === 1 ? 'day' : 'days'}`
  },
  json({ room, key, data, params }) {
    const { label, message, color, labelColor, isError, style, level } = toContent(data, key)
    const members = data?.members?.map((member) => ({
      key: member.key,
      ...pick(toContent({ status: member.status, at: data.at }, member.key)),
    }))
    const days =
      params.show === 'bar' ? uptimeDays(data?.days, data?.status, data?.at ?? 0, params.days) : undefined
    return {
      ...{ room, label, message, color, labelColor, isError, style, level },
      ...(members?.length && { members }),
      ...(days && { uptime: uptimeShare(days), days }),
    }
  },
  size({ params, data, key }) {
    if (params.show === 'bar') return uptimeSize(params.days)
    return badgeSize(badgeSvg(toBadge(data, key, params)))
  },
  svg: ({ data, key, params }) => (params.show === 'bar' ? undefined : badgeSvg(toBadge(data, key, params))),
  draw(ctx, { params, data, key }) {
    if (params.show === 'badge') return drawBadge(ctx, badgeSvg(toBadge(data, key, params)), data?.picture)
    const content = toContent(data, key)
    const days = uptimeDays(data?.days, data?.status, data?.at ?? 0, params.days)
    const color = parseColor((!content.isError && params.color) || content.color) ?? content.color
    const label = params.label || content.label
    drawUptime(ctx, {
      label,
      message: content.message,
      color,
      days,
      page: params.theme === 'auto' ? undefined : params.theme,
    })
  },
})

function toContent(stored: Partial<Stored> | undefined, key: string): StatusContent {
  const { status, members = [], at = 0 } = stored ?? {}
  if (members.length === 0) return readStatus(status, key, at)
  const content = members.map((member) => readStatus(member.status, member.key, at))
  return rollUp(content, key)
}

function toBadge(stored: Partial<Stored> | undefined, key: string, look: StatusLook): Badge {
  return statusBadge(toContent(stored, key), look, logos)
}

function pick({ label, message, color, level }: StatusContent) {
  return { label, message, color, level }
}
