/** A time zone's name as Intl knows it, letters of any case; undefined for what is none. */
export function readZone(raw: string): string | undefined {
  // In a URL, the plus sign of `Etc/GMT+5` arrives as a space.
  const name = raw.replace(' ', '+')
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    // Intl answers some names by an older one, Kyiv by Kiev: only its capitals are wanted.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name
  } catch {
    return undefined
  }
}

/**
 * How far a zone's clocks are ahead of UTC at a time, in milliseconds: `new Date(time + zoneOffset(time, zone))` has
 * the zone's clock in its `getUTC...` methods.
 * @throws RangeError where there is no such zone.
 */
export function zoneOffset(time: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes, seconds = 0] = /([+-])(\d+):(\d+):?(\d+)?/.exec(name) ?? []
  if (!sign) return 0
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1000 : 1000)
}
