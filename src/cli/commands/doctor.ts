import net from 'node:net'
import { type Fault, quote } from '../../errors.ts'
import { OPTIONS } from '../../imgcast/options.ts'
import { parseDuration } from '../../widget/duration.ts'
import type { Command, Words } from '../command.ts'
import { type DoctorSettings, doctor } from '../doctor/doctor.ts'

const WAIT = '5s'
const MIN_WAIT = 1000
const MAX_WAIT = 600_000

/** Prints whether pictures stream from an address, with remedies. The exit code is 1 if there is a problem. */
export const doctorCommand: Command = {
  name: 'doctor',
  about: 'test whether pictures stream from an address, through every proxy',
  operand: '<url>',
  options: OPTIONS.filter(({ name }) => name === 'token'),
  flags: [
    { flag: '--json', help: 'print the report as JSON' },
    { flag: '--wait <time>', help: `how long to watch an unchanging picture (default ${WAIT})` },
    {
      flag: '--resolve <address>',
      help: 'connect to this IP address instead of asking DNS, to test one hop',
    },
  ],
  read(words, faults) {
    const settings = readSettings(words, faults)
    return () => doctor(settings)
  },
}

function readSettings({ operand: url, options, flags }: Words, faults: Fault[]): DoctorSettings {
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    faults.push({
      name: 'url',
      detail: `expected an address that begins with http:// or https://, got ${quote(url)}`,
    })
  const { wait: time = WAIT, resolve: address } = flags
  const wait = parseDuration(String(time)) ?? 0
  if (wait < MIN_WAIT || wait > MAX_WAIT) {
    const detail = `expected a time with its unit from 1s to 10m, like 70s, got ${quote(time)}`
    faults.push({ name: '--wait', detail })
  }
  const resolve = address === undefined ? undefined : String(address)
  if (resolve !== undefined && !net.isIP(resolve))
    faults.push({ name: '--resolve', detail: `expected an IP address, got ${quote(resolve)}` })
  return { url: url ?? '', token: options.token, json: flags.json === true, wait, resolve }
}
