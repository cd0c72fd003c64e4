type Environment = Readonly<Record<string, string | undefined>>

/** Whether a locale's letters are UTF-8, by the order that POSIX gives its variables; Windows has none, and is. */
export function isUtf8({ LC_ALL, LC_CTYPE, LANG }: Environment, platform: string): boolean {
  return platform === 'win32' || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
}
