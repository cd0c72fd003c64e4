import * as z from 'zod'
import type { ClusterReport } from '../../cluster/cluster-report.ts'
import type { Peers } from '../../cluster/peers.ts'
import type { Siblings } from '../../cluster/siblings.ts'
import { PublicError } from '../../errors.ts'
import { type AuditReport, type NodeAudit, nodeAuditSchema } from '../../schema/audit-schema.ts'
import { type CountedSocket, readSocketTable } from '../../system/socket-table.ts'
import { audit, sumAudits } from './audit.ts'

/** The sources of the comparisons. */
export interface NodeAuditsInit {
  /** The name of this process. */
  name: string
  /** Whether this server is an edge. @default false */
  isEdge?: boolean
  /** The counted sockets of this process. */
  sockets(): CountedSocket[]
  /** The comparisons of the edges below this process. */
  edges(): Promise<NodeAudit[]>
  siblings?: Siblings | undefined
  peers?: Peers | undefined
  /** All servers that are known, for those that do not reply. */
  report?(): ClusterReport | undefined
}

/** What a process contributes to the comparison of its machine. */
interface Part {
  name: string
  sockets: CountedSocket[]
}

/** Differences in the comparison of another server: the first ones, those that matter before those that do not. */
const MAX_DIFFERENCES = 200

/** Compares the counts of every server with its own kernel: of this machine, of the other nodes, and of all edges. */
export class NodeAudits {
  readonly #init: NodeAuditsInit

  constructor(init: NodeAuditsInit) {
    this.#init = init
    const { name, sockets, edges, siblings, peers } = init
    siblings?.answer('sockets', (): Part => ({ name, sockets: sockets() }))
    siblings?.answer('edge audits', edges)
    // Without siblings the process is a group of its own, and its name is one that no other node has.
    peers?.answer('audit', siblings?.group ?? name, async () => (await this.below()).map(shorten))
  }

  /** Everything, for the API. @param port that the request came to. Rejects with 501 if there is nothing to compare with. */
  async whole(port: number | undefined): Promise<AuditReport> {
    const { peers, report } = this.#init
    const known = report?.()?.nodes.map(({ name }) => name) ?? []
    const ask = async () => {
      const answers = await peers?.ask('audit', (all) => {
        const replied = new Set(parse(all).flatMap(({ names }) => names))
        return known.every((name) => replied.has(name))
      })
      return parse(answers ?? [])
    }
    const [own, others] = await Promise.all([this.below(port), ask()])
    const ownNames = new Set(own.flatMap(({ names }) => names))
    const rest = others.filter(({ names }) => !names.some((name) => ownNames.has(name)))
    if (own[0]?.fault !== undefined && own.length === 1 && rest.length === 0)
      throw new PublicError({ code: 'no-socket-table', status: 501, caption: own[0].fault })
    return sumAudits([...own, ...rest], known)
  }

  /** This machine, and the edges below it. Never rejects. */
  async below(port?: number): Promise<NodeAudit[]> {
    const { edges, siblings } = this.#init
    const [own, below] = await Promise.all([
      this.#ofMachine(port),
      siblings ? siblings.ask('edge audits') : [await edges()],
    ])
    return [own, ...(below as NodeAudit[][]).flat()]
  }

  async #ofMachine(port: number | undefined): Promise<NodeAudit> {
    const { isEdge } = this.#init
    const before = new Set(
      (await this.#sockets()).flatMap(({ sockets }) => sockets.map(({ remote }) => remote)),
    )
    const table = await readSocketTable().catch((error: Error) => error.message)
    // Only streams that were open both before and after the table was read can be compared with it.
    const parts = await this.#sockets()
    const counted = parts.flatMap(({ sockets }) => sockets).filter(({ remote }) => before.has(remote))
    const isKnown = typeof table !== 'string'
    return {
      names: parts.map(({ name }) => name).sort(),
      ...(isEdge === true && { isEdge }),
      ...(!isKnown && { fault: table }),
      ...audit(isKnown ? counted : [], port, isKnown ? table : []),
    }
  }

  async #sockets(): Promise<Part[]> {
    const { name, sockets, siblings } = this.#init
    return siblings ? ((await siblings.ask('sockets')) as Part[]) : [{ name, sockets: sockets() }]
  }
}

/** Limits what is sent to another server. */
export function shorten(audit: NodeAudit): NodeAudit {
  const differences = audit.differences.toSorted((one, other) => weightOf(one) - weightOf(other))
  return { ...audit, differences: differences.slice(0, MAX_DIFFERENCES) }
}

function weightOf({ kind }: NodeAudit['differences'][number]): number {
  return Number(kind === 'not-a-stream')
}

/** The comparisons in the replies of other nodes, which may be of another version. */
function parse(answers: readonly unknown[]): NodeAudit[] {
  return answers.flatMap((answer) => z.array(nodeAuditSchema).safeParse(answer).data ?? [])
}
