import type { Siblings } from '../siblings.ts'
import type { SiblingsChannel } from './siblings-wire.ts'

/** The other processes of the machine, reached through the one that started them all: `SiblingsHost`. */
export class SharedSiblings implements Siblings {
  readonly group: string
  readonly #channel: SiblingsChannel
  readonly #answers = new Map<string, () => unknown>()
  readonly #waiting = new Map<number, (answers: unknown[]) => void>()
  #lastId = 0

  constructor(channel: SiblingsChannel, group: string) {
    this.group = group
    this.#channel = channel
    channel.onMessage(({ siblings }) => {
      if ('question' in siblings) void this.#reply(siblings.question, siblings.number)
      else if ('answers' in siblings) {
        this.#waiting.get(siblings.id)?.(siblings.answers)
        this.#waiting.delete(siblings.id)
      }
    })
  }

  answer(question: string, read: () => unknown): void {
    this.#answers.set(question, read)
  }

  ask(question: string): Promise<unknown[]> {
    return new Promise((resolve) => {
      this.#lastId += 1
      this.#waiting.set(this.#lastId, resolve)
      this.#channel.post({ siblings: { asked: question, id: this.#lastId } })
    })
  }

  async #reply(question: string, number: number): Promise<void> {
    // A process without an answer must not make the others wait for it.
    const read = async () => this.#answers.get(question)?.()
    const answer = await read().catch(() => undefined)
    this.#channel.post({ siblings: { answer, number } })
  }
}
