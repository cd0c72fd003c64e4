import type { Siblings } from '../siblings.ts'
import type { PartsLink } from './parts-link.ts'

/** The other processes of the machine, reached through the one that has the parts. */
export class SharedSiblings implements Siblings {
  readonly #link: PartsLink
  readonly #answers = new Map<string, () => unknown>()

  constructor(link: PartsLink) {
    this.#link = link
  }

  answer(question: string, read: () => unknown): void {
    this.#answers.set(question, read)
  }

  ask(question: string): Promise<unknown[]> {
    return this.#link.call<unknown[]>('siblings.ask', question)
  }

  /** Replies to a question of the host. */
  async reply(question: string, number: number): Promise<void> {
    const value = await this.#answers.get(question)?.()
    this.#link.send('siblings.answer', number, value)
  }
}
