import type { Finding } from './finding.ts'
import type { Observations } from './observations.ts'
import { remedyFor } from './remedies.ts'

/** Whether a viewer is counted where the count is asked for. */
export function diagnoseCounted({ opened, visit, pushes }: Observations): Finding | undefined {
  if (opened?.first === undefined || !pushes) return undefined
  const id = 'counted'
  if (!visit) {
    const remedy = 'Let the endings .json through to Imgcast too: the count cannot be read without.'
    return { id, level: 'unknown', detail: 'the count cannot be read', remedy }
  }
  if (visit.isCounted) return { id, level: 'ok', detail: 'who looks is counted' }
  return {
    id,
    level: 'problem',
    detail: 'who looks is not counted',
    remedy:
      'Either .json comes from a cache, or there are several servers behind this address, each of which counts only its own viewers.',
  }
}

/** Whether who leaves is no longer counted. */
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

/** Whether readers are told apart, and nobody can be many. */
export function diagnoseVisitors({ visit, visitors, proxy }: Observations): Finding | undefined {
  if (!visit?.isCounted) return undefined
  const id = 'visitors'
  const { apart, forged } = visitors ?? {}
  if (apart === false) {
    const detail = 'two addresses are one visitor'
    return { id, level: 'problem', detail, remedy: remedyFor('hides-address', proxy) }
  }
  if (forged === true) {
    const detail = 'who sends an X-Forwarded-For can be many'
    return { id, level: 'warning', detail, remedy: remedyFor('believes-address', proxy) }
  }
  if (apart === true) return { id, level: 'ok', detail: 'two addresses are two visitors' }
  return {
    id,
    level: 'unknown',
    detail: 'this machine has only one address to come from',
    remedy:
      'Open one picture from two networks: it has to say 2. Where it says 1, the log of the server says why (--trust-proxy).',
  }
}

/** Whether the server's counts agree with its kernel; only known with a token. */
export function diagnoseAudit({ audit }: Observations): Finding | undefined {
  if (!audit) return undefined
  const id = 'audit'
  if (audit.status === 200) {
    if (audit.agrees) return { id, level: 'ok', detail: 'the count agrees with the kernel of the server' }
    const remedy = '`imgcast audit` says which connections.'
    return { id, level: 'problem', detail: 'the count does not agree with the kernel of the server', remedy }
  }
  const remedy =
    audit.status === 401
      ? 'The token is not that of the server: it is IMGCAST_TOKEN there, or was printed at its start.'
      : 'Let /api/audit through, or run `imgcast audit` on the machine of the server, which has to be a Linux.'
  return { id, level: 'unknown', detail: `/api/audit answers ${audit.status || 'nothing'}`, remedy }
}
