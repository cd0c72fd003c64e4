import type { Finding } from './finding.ts'
import type { Observations } from './observations.ts'
import { remedyFor } from './remedies.ts'

/** Checks that a viewer appears in the count. */
export function diagnoseCounted({ opened, visit, pushes }: Observations): Finding | undefined {
  if (opened?.first === undefined || !pushes) return undefined
  const id = 'counted'
  if (!visit) {
    const remedy = 'Forward .json to Imgcast too: it contains the count.'
    return { id, level: 'unknown', detail: 'the count cannot be read', remedy }
  }
  if (visit.isCounted) return { id, level: 'ok', detail: 'a viewer is counted' }
  return {
    id,
    level: 'problem',
    detail: 'a viewer is not counted',
    remedy:
      'Either a cache serves .json, or this address has several servers, each of which counts only its own viewers.',
  }
}

/** Checks that a viewer who left is no longer counted. */
export function diagnoseVisit({ visit, proxy }: Observations): Finding | undefined {
  if (!visit?.isCounted) return undefined
  const id = 'close-seen'
  if (visit.uncounted !== undefined)
    return { id, level: 'ok', detail: `after ${visit.uncounted.toFixed(0)} ms` }
  return {
    id,
    level: 'problem',
    detail: `still counted ${(visit.patience / 1000).toFixed(0)} s after closing`,
    remedy: remedyFor('hides-closing', proxy),
  }
}

/** Checks that readers are distinguished, and that one reader cannot pose as many. */
export function diagnoseVisitors({ visit, visitors, proxy }: Observations): Finding | undefined {
  if (!visit?.isCounted) return undefined
  const id = 'visitors'
  const { apart, forged } = visitors ?? {}
  if (apart === false) {
    const detail = 'two addresses are one visitor'
    return { id, level: 'problem', detail, remedy: remedyFor('hides-address', proxy) }
  }
  if (forged === true) {
    const detail = 'a client can forge X-Forwarded-For and be many visitors'
    return { id, level: 'warning', detail, remedy: remedyFor('believes-address', proxy) }
  }
  if (apart === true) return { id, level: 'ok', detail: 'two addresses are two visitors' }
  return {
    id,
    level: 'unknown',
    detail: 'this machine has only one source address',
    remedy:
      'Open one picture from two networks: it must say 2. If it says 1, the log of the server says why (--trust-proxy).',
  }
}

/** Checks that the server's counts agree with its kernel; needs a token. */
export function diagnoseAudit({ audit }: Observations): Finding | undefined {
  if (!audit) return undefined
  const id = 'audit'
  if (audit.status === 200) {
    const { missing = 0, compared = 1 } = audit
    if (audit.agrees && missing > 0) {
      const detail = `${missing} of ${missing + compared} servers could not be compared with their kernels`
      return { id, level: 'warning', detail, remedy: '`imgcast audit` names them.' }
    }
    if (audit.agrees && compared > 1)
      return { id, level: 'ok', detail: `the counts of ${compared} servers agree with their kernels` }
    if (audit.agrees) return { id, level: 'ok', detail: "the count agrees with the server's kernel" }
    const remedy = '`imgcast audit` lists the connections that differ.'
    return { id, level: 'problem', detail: "the count differs from the server's kernel", remedy }
  }
  const remedy =
    audit.status === 401
      ? "The token is wrong: use the value of the server's IMGCAST_TOKEN, or the token that it printed when it started."
      : 'Forward /api/audit, or run `imgcast audit` on the machine of the server, which must run Linux.'
  return { id, level: 'unknown', detail: `/api/audit returns ${audit.status || 'nothing'}`, remedy }
}

/** Checks that the servers that share the counts reach each other; needs a token. */
export function diagnoseNodes({ nodes }: Observations): Finding | undefined {
  if (!nodes) return undefined
  const id = 'servers'
  const { servers, edges, isPartial } = nodes
  if (isPartial) {
    const detail = 'counts are those of one server only'
    const remedy = 'It cannot reach the others: check Redis, and the `reason` of its /readyz.'
    return { id, level: 'problem', detail, remedy }
  }
  const counted = [toAmount(servers, 'server'), ...(edges > 0 ? [toAmount(edges, 'edge')] : [])].join(' and ')
  return { id, level: 'ok', detail: `${counted} ${servers + edges === 1 ? 'has' : 'share'} the counts` }
}

function toAmount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
