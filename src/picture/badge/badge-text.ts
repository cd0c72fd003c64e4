import { withoutDirections } from '../drawable.ts'

/** A CSI or OSC sequence of a terminal (ECMA-48, section 5.4), or its C1 form. */
const SEQUENCE = /\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*\p{Cc}?)/gu
/** Characters that XML does not allow, and those that no font shows. */
const CONTROL = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu
const INVISIBLE = /^[\s\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{DI}\u2800]*$/u
const REPLACEMENT = '\ufffd'

/**
 * Makes a text fit for a badge: colours of a terminal and changes of direction are removed, line ends become spaces, and
 * each other control character becomes U+FFFD. A text that has nothing visible becomes one U+FFFD, so that it stays visible.
 */
export function toBadgeText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return ''
  const clean = withoutDirections(line.replace(SEQUENCE, '')).replace(CONTROL, REPLACEMENT).trim()
  return INVISIBLE.test(clean) ? REPLACEMENT : clean
}
