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
}

/** The processes of a cluster. */
export interface ClusterReport {
  /** Sorted by name. Without contact to the others, those that were known before. */
  nodes: NodeReport[]
  /** Whether the counts are those of this process alone, because the others cannot be reached. */
  isPartial: boolean
}
