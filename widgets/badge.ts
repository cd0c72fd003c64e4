import {
  type Badge,
  badgeSize,
  badgeSvg,
  badgeWords,
  defineWidget,
  drawBadge,
  Logos,
  OLDER_BADGE_STYLES,
  param,
  parseBadgePath,
} from 'imgcast/widget'

const STYLES = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'] as const
const MAX_TEXT_LENGTH = 255
const logos = new Logos()

export default defineWidget({
  title: 'Badge',
  about: 'A static badge with the URLs of shields.io: /badge/build-passing-brightgreen.svg.',
  key: param.text('build-passing-brightgreen', { max: MAX_TEXT_LENGTH }),
  stateless: true,
  gallery: { rank: 35 },
  role: 'static-badge',
  params: {
    label: param.text('', { max: MAX_TEXT_LENGTH, about: 'Overrides the label in the path.' }),
    message: param.text('', {
      max: MAX_TEXT_LENGTH,
      about: 'Overrides the message in the path.',
    }),
    color: param.color('', { about: 'Background of the message.' }),
    labelColor: param.color('', { about: 'Background of the label.' }),
    style: param.choice(STYLES, 'flat', {
      otherwise: 'flat',
      older: OLDER_BADGE_STYLES,
      about: 'Of shields.io.',
    }),
    logo: param.text('', {
      max: 2_048,
      about: 'A simple-icons slug, such as github, or an image as a data: URI.',
    }),
    logoColor: param.color('', { about: 'Colour of a simple-icons logo; by default the brand’s own.' }),
    logoSize: param.choice(['fixed', 'auto'], 'fixed', {
      otherwise: 'fixed',
      about: 'auto gives a wide simple-icons logo its own proportions.',
    }),
    link: param.text('', { max: 1_000, about: 'Link target of the SVG.' }),
    cacheSeconds: param.integer(0, {
      min: 0,
      max: 31_536_000,
      about: 'Seconds that caches may keep it without revalidation.',
    }),
  },
  alt: ({ key, params }) => badgeWords(toBadge(key, params)),
  json: ({ key, params }) => toBadge(key, params),
  size: ({ params, key }) => badgeSize(badgeSvg(toBadge(key, params))),
  svg: ({ key, params }) => badgeSvg(toBadge(key, params)),
  draw: (ctx, { key, params }) => drawBadge(ctx, badgeSvg(toBadge(key, params))),
})

type Texts = Record<'label' | 'message' | 'color' | 'labelColor' | 'logo' | 'logoColor' | 'link', string>
type Params = Texts & { style: Badge['style']; logoSize: string }

function toBadge(key: string, params: Params): Badge {
  const { label, message, color, labelColor, style, logo, logoColor, logoSize, link } = params
  const path = parseBadgePath(key)
  const reading = logo && logos.read(logo, { style, color: logoColor || undefined, size: logoSize })
  return {
    label: label || path.label,
    message: message || path.message,
    color: color || path.color,
    labelColor: labelColor || undefined,
    style,
    ...(reading && 'logo' in reading && { logo: reading.logo, logoWidth: reading.width }),
    links: link ? [link] : [],
  }
}
