import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { isMissing } from './text.ts'

/** A script that no font of the machine has. */
export interface MissingScript {
  name: string
  /** A sentence for the log, with the Debian package that has it. */
  words: string
}

const CORE = 'fonts-noto-core'
const CJK = 'fonts-noto-cjk'
/** Scripts that the bundled fonts lack and readers use most, each with a letter and the Debian package that has it. */
const SCRIPTS: readonly [script: string, letter: string, debian: string, letters: RegExp][] = [
  ['emoji', '🚀', 'fonts-noto-color-emoji', /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u],
  ['Chinese', '汉', CJK, /[\p{Script=Han}\p{Script=Bopomofo}]/u],
  ['Japanese', 'あ', CJK, /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Korean', '한', CJK, /\p{Script=Hangul}/u],
  ['Arabic', 'ع', CORE, /\p{Script=Arabic}/u],
  ['Hebrew', 'א', CORE, /\p{Script=Hebrew}/u],
  ['Devanagari', 'अ', CORE, /\p{Script=Devanagari}/u],
  ['Thai', 'ไ', CORE, /\p{Script=Thai}/u],
]
/** Further scripts, by their names in Unicode. */
const MORE: Readonly<Record<string, RegExp>> = {
  Armenian: /\p{Script=Armenian}/u,
  Bengali: /\p{Script=Bengali}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Ethiopic: /\p{Script=Ethiopic}/u,
  Georgian: /\p{Script=Georgian}/u,
  Gujarati: /\p{Script=Gujarati}/u,
  Gurmukhi: /\p{Script=Gurmukhi}/u,
  Kannada: /\p{Script=Kannada}/u,
  Khmer: /\p{Script=Khmer}/u,
  Lao: /\p{Script=Lao}/u,
  Malayalam: /\p{Script=Malayalam}/u,
  Mongolian: /\p{Script=Mongolian}/u,
  Myanmar: /\p{Script=Myanmar}/u,
  Oriya: /\p{Script=Oriya}/u,
  Sinhala: /\p{Script=Sinhala}/u,
  Syriac: /\p{Script=Syriac}/u,
  Tamil: /\p{Script=Tamil}/u,
  Telugu: /\p{Script=Telugu}/u,
  Thaana: /\p{Script=Thaana}/u,
  Tibetan: /\p{Script=Tibetan}/u,
  Tifinagh: /\p{Script=Tifinagh}/u,
}

/** Characters of which some may be in no font: all but those of Inter's scripts. */
const DOUBTFUL = /[\u0530-\u1dff\u2070-\u{10ffff}]/gu
/** Characters that are drawn as nothing, or on the letter before them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zs}\p{M}]/u
/** Characters that were looked for, so that each is once. */
const MAX_KNOWN = 4_000

const LISTENERS = new Set<(script: MissingScript) => void>()
const KNOWN = new Set<string>()

/** The common scripts that no font has, and a sentence about them for the log; undefined if none is missing. */
export function describeMissingScripts(): { names: readonly string[]; words: string } | undefined {
  const missing = SCRIPTS.filter(([, letter]) => isMissing(letter))
  if (missing.length === 0) return undefined
  const names = missing.map(([name]) => name)
  return { names, words: describe(names, [...new Set(missing.map(([, , debian]) => debian))]) }
}

/**
 * Reports each script of which a letter is drawn that no font has, at its first letter, in whatever way a widget draws
 * text on a canvas.
 */
export function watchMissingScripts(listener: (script: MissingScript) => void): void {
  LISTENERS.add(listener)
  const prototype = Object.getPrototypeOf(createCanvas(1, 1).getContext('2d')) as SKRSContext2D
  for (const method of ['fillText', 'strokeText'] as const) {
    const draw = prototype[method]
    let last = ''
    prototype[method] = function (this: SKRSContext2D, text, ...place) {
      // A shadow is the same text several times.
      if (typeof text === 'string' && text !== last) {
        findMissing(text)
        last = text
      }
      return draw.call(this, text, ...place)
    }
  }
}

/** Looks for letters that no font has, if they are watched: for texts of which missing letters are replaced. */
export function findMissing(text: string): void {
  if (LISTENERS.size === 0) return
  for (const [letter] of text.matchAll(DOUBTFUL)) {
    if (KNOWN.has(letter)) continue
    if (KNOWN.size >= MAX_KNOWN) KNOWN.clear()
    KNOWN.add(letter)
    if (INVISIBLE.test(letter) || !isMissing(letter)) continue
    const script = scriptOf(letter)
    for (const listener of LISTENERS) listener(script)
  }
}

function scriptOf(letter: string): MissingScript {
  const row = SCRIPTS.find(([, , , letters]) => letters.test(letter))
  if (row) return { name: row[0], words: describe([row[0]], [row[2]]) }
  const name = Object.keys(MORE).find((each) => MORE[each]?.test(letter))
  if (name !== undefined) return { name, words: describe([name], [CORE]) }
  const code = `U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
  return { name: 'other letters', words: describe([`some letters, such as ${code}`], [CORE]) }
}

function describe(scripts: readonly string[], packages: readonly string[]): string {
  return `no font has ${scripts.join(', ')}: such letters are drawn as boxes. On Debian: apt install ${packages.join(' ')}. Or put fonts into a folder, with --fonts`
}
