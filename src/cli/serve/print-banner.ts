import { DASHBOARD } from '../../http/dashboard/dashboard.ts'

/** The addresses and the token of a started server. */
export interface Banner {
  /** The address that it listens on. */
  address: string
  /** Its public address. */
  site: string
  /** The API's token, if it was generated for this run; undefined if the owner set one. */
  token: string | undefined
}

/**
 * Prints the address and the token of a started server on standard output: readable text on a terminal, one line of JSON
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
