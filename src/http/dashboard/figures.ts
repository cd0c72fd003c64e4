/** Formats the numbers on the pages. */
export const figures = {
  number: (value: number) => value.toLocaleString('en'),
  share: (part: number, whole: number) => `${Math.round((part / whole) * 100)} %`,
  bytes: (value: number) => {
    const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3))
    const amount = value / 1000 ** step
    return `${amount.toLocaleString('en', { maximumSignificantDigits: 3 })} ${units[step]}`
  },
  /** With two decimals. */
  fraction: (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  /** Milliseconds; a dash for none. */
  duration: (value: number | null) => {
    if (value === null) return '–'
    return value < 1000
      ? `${Math.round(value)} ms`
      : `${(value / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`
  },
  /** A day and a minute, in UTC. */
  time: (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' '),
}
