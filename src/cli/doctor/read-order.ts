import net from 'node:net'
import { type Fault, quote } from '../../errors.ts'
import { parseDuration } from '../../widget/duration.ts'
import type { DoctorOrder } from './doctor.ts'

/** The words of a command line that are the doctor's own. */
export interface DoctorWords {
  url: string | undefined
  token: string | undefined
  json: boolean
  wait: string | undefined
  resolve: string | undefined
}

/** The options that only the doctor has, as commander writes them. */
export const DOCTOR_FLAGS: readonly { flag: string; help: string }[] = [
  { flag: '--json', help: 'print the report as JSON' },
  { flag: '--wait <time>', help: 'how long to watch a picture that does not change (default 5s)' },
  { flag: '--resolve <address>', help: 'connect to this address instead of asking DNS: one hop by itself' },
]

const WAIT = 5000
const LONGEST_WAIT = 600_000

/** Reads what to examine; every wrong word is told. */
export function readDoctorOrder(words: DoctorWords, faults: Fault[]): DoctorOrder {
  const { url = '', token, json, resolve } = words
  if (url === '')
    faults.push({ name: '<url>', detail: 'is missing: the address of a server or of a picture' })
  else if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    faults.push({ name: url, detail: 'expected an address that begins with http:// or https://' })
  const wait = words.wait === undefined ? WAIT : parseDuration(words.wait)
  if (wait === undefined || wait < 1000 || wait > LONGEST_WAIT) {
    const detail = `expected a time with its unit from 1s to 10m, like 70s, got ${quote(words.wait)}`
    faults.push({ name: '--wait', detail })
  }
  if (resolve !== undefined && !net.isIP(resolve))
    faults.push({ name: '--resolve', detail: `expected an IP address, got ${quote(resolve)}` })
  return { url, token, json, wait: wait ?? WAIT, resolve }
}
