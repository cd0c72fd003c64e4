/** Returns the canonical spelling of a time zone's name, matched in any case; undefined for unknown names. */
export function readZone(raw: string): string | undefined {
  // In a URL, the plus sign of `Etc/GMT+5` arrives as a space.
  const name = raw.replace(' ', '+')
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    // Intl replaces some names with an older one, Kyiv with Kiev: use only its capitalisation.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name
  } catch {
    return undefined
  }
}

/**
 * Returns the offset of a zone from UTC at a time, in milliseconds: the `getUTC...` methods of
 * `new Date(time + zoneOffset(time, zone))` return the zone's local time.
 * @throws RangeError for an unknown zone.
 */
export function zoneOffset(time: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes, seconds = 0] = /([+-])(\d+):(\d+):?(\d+)?/.exec(name) ?? []
  if (!sign) return 0
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1000 : 1000)
}
