/**
 * The keys with which viewers are hashed, one for each day in UTC. They are random, the same on all nodes of a cluster,
 * never on disk, and deleted two days after their day.
 */
export interface ViewerSecrets {
  /**
   * The key of a day since the epoch: 32 bytes, made by the first node that requests it. Every call for one day MUST
   * return the same bytes, on every node, as long as the cluster runs. Rejects if the cluster cannot be reached.
   */
  ofDay(day: number): Promise<Buffer>
}
