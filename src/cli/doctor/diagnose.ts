import {
  diagnoseAudit,
  diagnoseCounted,
  diagnoseNodes,
  diagnoseVisit,
  diagnoseVisitors,
} from './diagnose-counts.ts'
import {
  diagnoseClientProtocol,
  diagnoseFirst,
  diagnoseHeaders,
  diagnoseOpened,
  diagnosePace,
  diagnosePushes,
  diagnoseQuiet,
  diagnoseSocket,
  diagnoseVersion,
} from './diagnose-stream.ts'
import { diagnoseCertificate, diagnoseIdentity, diagnosePicture, diagnoseReach } from './diagnose-way.ts'
import type { Finding } from './finding.ts'
import type { Observations } from './observations.ts'

/** All checks, in the order of the report. A check without an observation returns nothing. */
const CHECKS: readonly ((seen: Observations) => Finding | undefined)[] = [
  diagnoseReach,
  diagnoseCertificate,
  diagnoseIdentity,
  diagnosePicture,
  diagnoseVersion,
  diagnoseClientProtocol,
  diagnoseOpened,
  diagnoseHeaders,
  diagnoseFirst,
  diagnosePushes,
  diagnosePace,
  diagnoseQuiet,
  diagnoseSocket,
  diagnoseCounted,
  diagnoseVisit,
  diagnoseVisitors,
  diagnoseNodes,
  diagnoseAudit,
]

/** Derives the findings from the observations. Pure. */
export function diagnose(seen: Observations): Finding[] {
  return CHECKS.flatMap((check) => check(seen) ?? [])
}
