import { isMissing } from './text.ts'

/** Scripts that the bundled fonts lack, each with a letter and the Debian package that has it. */
const SCRIPTS: readonly [script: string, letter: string, debian: string][] = [
  ['emoji', '🚀', 'fonts-noto-color-emoji'],
  ['Chinese', '汉', 'fonts-noto-cjk'],
  ['Japanese', 'あ', 'fonts-noto-cjk'],
  ['Korean', '한', 'fonts-noto-cjk'],
  ['Arabic', 'ع', 'fonts-noto-core'],
  ['Hebrew', 'א', 'fonts-noto-core'],
  ['Devanagari', 'अ', 'fonts-noto-core'],
  ['Thai', 'ไ', 'fonts-noto-core'],
]

/** The scripts that no font has, as a sentence for the log; undefined if none is missing. */
export function describeMissingScripts(): string | undefined {
  const missing = SCRIPTS.filter(([, letter]) => isMissing(letter))
  if (missing.length === 0) return undefined
  const scripts = missing.map(([script]) => script).join(', ')
  const packages = [...new Set(missing.map(([, , debian]) => debian))].join(' ')
  return `no font has ${scripts}: such letters are drawn as boxes. On Debian: apt install ${packages}. Or put fonts into a folder, with --fonts`
}
