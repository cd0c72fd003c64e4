/** The processes that serve one port of this machine, for what is known of all of them together. */
export interface Siblings {
  /** The same random text in all of them. */
  readonly group: string
  /** Gives this process's answer whenever one of them asks the question, itself included. */
  answer(question: string, read: () => unknown): void
  /** The answers of all that reply within a second. Structured clones. */
  ask(question: string): Promise<unknown[]>
}
