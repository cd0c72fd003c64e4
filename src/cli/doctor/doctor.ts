import { diagnose } from './diagnose.ts'
import { observe, type Target } from './observe.ts'
import { type Report, toText } from './report.ts'

/** The options of `imgcast doctor`. */
export interface DoctorSettings extends Target {
  json: boolean
}

const HAS_PROBLEMS = 1
const WIDTH = 100

/** Prints whether pictures stream from an address, with a remedy for each problem. Returns the exit code. */
export async function doctor({ json, ...target }: DoctorSettings): Promise<number> {
  const seen = await observe(target)
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
