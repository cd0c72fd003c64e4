import { DASHBOARD } from '../http/dashboard/dashboard.ts'

/** Where a started server is found. */
export interface Banner {
  /** The address that it listens on. */
  address: string
  /** Its public address. */
  site: string
  /** The API's token where it was generated for this run; undefined where the owner set one. */
  token: string | undefined
}

/**
 * Prints where a started server is found on standard output: lines for people on a terminal, one line of JSON
 * elsewhere.
 */
export function printBanner({ address, site, token }: Banner, output = process.stdout): void {
  if (!output.isTTY) {
    output.write(`${JSON.stringify({ address, token })}\n`)
    return
  }
  const shown = token
    ? `${token}   (generated for this run; set IMGCAST_TOKEN to keep one)`
    : 'as set in IMGCAST_TOKEN or --token'
  output.write(
    [
      '',
      `  Imgcast is live at   ${address}`,
      `  Dashboard            ${site}${DASHBOARD}`,
      `  Dashboard token      ${shown}`,
      '  Stop it with         Ctrl+C',
      '',
      '',
    ].join('\n'),
  )
}
