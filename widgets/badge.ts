import {
  type Badge,
  badgeSize,
  badgeSvg,
  defineWidget,
  drawBadge,
  loadLogo,
  param,
  parseBadgePath,
} from 'imgcast'

const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const MAX_TEXT_LENGTH = 255

export default defineWidget({
  title: 'Badge',
  about: 'A static badge with the URLs of shields.io: /badge/build-passing-brightgreen.svg.',
  key: param.text('build-passing-brightgreen', { max: MAX_TEXT_LENGTH }),
  stateless: true,
  gallery: { rank: 35 },
  params: {
    label: param.text('', { max: MAX_TEXT_LENGTH, about: 'Overrides the label in the path.' }),
    message: param.text('', {
      max: MAX_TEXT_LENGTH,
      about: 'Overrides the message in the path.',
    }),
    color: param.color('', { about: 'Background of the message.' }),
    labelColor: param.color('', { about: 'Background of the label.' }),
    style: param.choice(STYLES, 'flat', { about: 'Of shields.io.' }),
    logo: param.text('', {
      max: 2_048,
      about: 'A simple-icons slug, such as github, or an image as a data: URI.',
    }),
    logoColor: param.color('', { about: 'Colour of a simple-icons logo; by default the brand’s own.' }),
    link: param.text('', { max: 1_000, about: 'Link target of the SVG.' }),
    cacheSeconds: param.integer(0, {
      min: 0,
      max: 604_800,
      about: 'Seconds that caches may keep it without revalidation.',
    }),
  },
  load: async ({ params }) => ({ picture: await loadLogo(params.logo) }),
  data: ({ key, params }) => toBadge(key, params),
  size: (params, { room }) => badgeSize(badgeSvg(toBadge(room.slice(room.indexOf('/') + 1), params))),
  draw(ctx, { key, params, data }) {
    drawBadge(ctx, badgeSvg(toBadge(key, params)), data?.picture)
  },
})

interface Params {
  label: string
  message: string
  color: string
  labelColor: string
  style: Badge['style']
  logo: string
}

function toBadge(key: string, { label, message, color, labelColor, style, logo }: Params): Badge {
  const path = parseBadgePath(key)
  return {
    label: label || path.label,
    message: message || path.message,
    color: color || path.color,
    labelColor: labelColor || undefined,
    style,
    logo: logo.startsWith('data:') ? logo : undefined,
  }
}
