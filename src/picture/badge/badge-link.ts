const LINK = /^https?:\/\/[^\s"'<>]+$/i

/** Whether a text can be a link of a badge. Others, such as `javascript:` URLs, would run in a page that inlines the SVG. */
export function isBadgeLink(text: string): boolean {
  return LINK.test(text)
}
