/** One process of a cluster, as it last reported. */
export interface NodeReport {
  /** Host name and process id. */
  name: string
  /** Open streams of this process. */
  connections: number
  /** Rooms with viewers on this process. */
  rooms: number
  /** Whether it is an edge, which takes its pictures from another process. @default false */
  isEdge?: boolean | undefined
  /** Processor cores that it and its render processes used in the last minute. Unknown just after its start. */
  processor?: number | undefined
  /** Memory of the same processes. */
  memoryBytes?: number | undefined
}

/** The facts of a process that only the process itself knows. */
export type NodeFacts = Pick<NodeReport, 'connections' | 'processor' | 'memoryBytes'> & {
  /** The edges below it. */
  edges: readonly NodeReport[]
}

/** The processes of a cluster. */
export interface ClusterReport {
  /** Sorted by name, each followed by its edges. Without contact to the others, those that were known before. */
  nodes: NodeReport[]
  /** Whether the counts are those of this process alone, because the others cannot be reached. */
  isPartial: boolean
}

/** A process with its edges, as it is sent. */
export type SentNodeReport = NodeReport & Partial<Pick<NodeFacts, 'edges'>>

/** Lists the nodes of a cluster, each followed by its edges. */
export function toNodeReports(sent: readonly SentNodeReport[]): NodeReport[] {
  const sorted = [...sent].sort((one, other) => (one.name < other.name ? -1 : 1))
  return sorted.flatMap(({ edges = [], ...node }) => [node, ...edges])
}
