type Environment = Readonly<Record<string, string | undefined>>

/** Returns whether the locale is UTF-8, by its variables in the order of POSIX. Windows has none of them and is UTF-8. */
export function isUtf8({ LC_ALL, LC_CTYPE, LANG }: Environment, platform: string): boolean {
  return platform === 'win32' || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
}
