import net from 'node:net'
import { type Fault, quote } from '../../errors.ts'
import { OPTIONS } from '../../options.ts'
import { parseDuration } from '../../widget/duration.ts'
import type { Command, Words } from '../command.ts'
import { type DoctorOrder, doctor } from '../doctor/doctor.ts'

const WAIT = '5s'
const SHORTEST_WAIT = 1000
const LONGEST_WAIT = 600_000

/** Prints whether pictures really stream from an address, and what to do where not; the exit code says so too. */
export const doctorCommand: Command = {
  name: 'doctor',
  about: 'find out whether pictures really stream from an address, whatever stands between',
  operand: '<url>',
  options: OPTIONS.filter(({ name }) => name === 'token'),
  flags: [
    { flag: '--json', help: 'print the report as JSON' },
    { flag: '--wait <time>', help: `how long to watch a picture that does not change (default ${WAIT})` },
    { flag: '--resolve <address>', help: 'connect to this address instead of asking DNS: one hop by itself' },
  ],
  read(words, faults) {
    const order = readOrder(words, faults)
    return () => doctor(order)
  },
}

function readOrder({ operand: url, options, flags }: Words, faults: Fault[]): DoctorOrder {
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    faults.push({
      name: 'url',
      detail: `expected an address that begins with http:// or https://, got ${quote(url)}`,
    })
  const { wait: time = WAIT, resolve: address } = flags
  const wait = parseDuration(String(time)) ?? 0
  if (wait < SHORTEST_WAIT || wait > LONGEST_WAIT) {
    const detail = `expected a time with its unit from 1s to 10m, like 70s, got ${quote(time)}`
    faults.push({ name: '--wait', detail })
  }
  const resolve = address === undefined ? undefined : String(address)
  if (resolve !== undefined && !net.isIP(resolve))
    faults.push({ name: '--resolve', detail: `expected an IP address, got ${quote(resolve)}` })
  return { url: url ?? '', token: options.token, json: flags.json === true, wait, resolve }
}
