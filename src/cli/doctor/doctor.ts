import { diagnose } from './diagnose.ts'
import { type Order, observe } from './observe.ts'
import { type Report, toText } from './report.ts'

/** What `imgcast doctor` asks for. */
export interface DoctorOrder extends Order {
  json: boolean
}

const HAS_PROBLEMS = 1
const WIDTH = 100

/** Prints whether pictures really stream from an address, and what to do where not; answers the exit code. */
export async function doctor({ json, ...order }: DoctorOrder): Promise<number> {
  const seen = await observe(order)
  const findings = diagnose(seen)
  const ok = findings.every(({ level }) => level !== 'problem')
  const proxy = seen.proxy === 'none seen' ? null : seen.proxy
  const report: Report = { url: seen.reach.url, ok, proxy, findings, seen }
  const { isTTY = false, columns } = process.stdout
  const isColored = isTTY && !process.env.NO_COLOR
  const text = toText(report, { width: Math.min(WIDTH, columns || WIDTH), isColored })
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : text)
  return ok ? 0 : HAS_PROBLEMS
}
