/** All nodes of a cluster, for what one of them must ask the others. */
export interface Peers {
  /** Gives the answer of a group of nodes, such as the processes of one machine: one of them answers each question. */
  answer(question: string, group: string, read: () => Promise<unknown>): void
  /**
   * The answers of all groups, as plain JSON. Never rejects.
   * @param isComplete whether these are all: if not, the others have two seconds to reply.
   */
  ask(question: string, isComplete: (answers: readonly unknown[]) => boolean): Promise<unknown[]>
}
