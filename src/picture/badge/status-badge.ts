import type { Badge, BadgeStyle } from './badge.ts'
import { type Logos, readSvgLogo } from './logo.ts'
import type { StatusContent } from './status-content.ts'

/** The parameters of a URL that change how a status looks; empty texts change nothing. */
export interface StatusLook {
  label: string
  style: BadgeStyle | 'auto'
  color: string
  labelColor: string
  logo: string
  logoColor: string
  logoSize: string
  link: string
}

/** Makes the badge of a status. By the rule of shields.io for its endpoint badges, an error cannot be recoloured. */
export function statusBadge(content: StatusContent, look: StatusLook, logos: Logos): Badge {
  const style = look.style === 'auto' ? (content.style ?? 'flat') : look.style
  const given = content.isError ? { color: '', labelColor: '' } : look
  const { logo, logoWidth } = readLogo(content, look, style, logos)
  return {
    label: look.label || content.label,
    message: content.message,
    color: given.color || content.color,
    labelColor: given.labelColor || content.labelColor,
    style,
    logo,
    logoWidth,
    links: look.link ? [look.link] : [],
  }
}

/** A logo of the URL takes precedence over that of the status; one that cannot be read is omitted. */
function readLogo(
  { logo: sent }: StatusContent,
  look: StatusLook,
  style: BadgeStyle,
  logos: Logos,
): Pick<Badge, 'logo' | 'logoWidth'> {
  const name = look.logo || (sent.svg === undefined ? sent.name : undefined)
  const color = look.logoColor || (look.logo ? undefined : sent.color)
  const size = look.logoSize === 'auto' ? 'auto' : sent.size
  const reading =
    name !== undefined
      ? logos.read(name, { style, color, size })
      : sent.svg !== undefined
        ? readSvgLogo(sent.svg)
        : undefined
  return reading && 'logo' in reading ? { logo: reading.logo, logoWidth: reading.width } : {}
}
