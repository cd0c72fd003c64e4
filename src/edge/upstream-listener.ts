import type { NodeAudit } from '../schema/audit-schema.ts'

/** Notified of an upstream. */
export interface UpstreamListener {
  /** It has welcomed this edge, perhaps again. */
  onWelcome(): void
  onManifests(): void
  /** The chain to the origin has changed. */
  onPath(): void
  /** `fault` may have changed. */
  onFault(): void
  /** It wants the comparisons of this edge, and of those below it as far as they reply in time. */
  onAudit(within: number): Promise<NodeAudit[]>
}
