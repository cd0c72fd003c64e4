import type { SiblingsChannel, SiblingsMessage } from './siblings-wire.ts'

/** Milliseconds that a process has to answer a question of another. */
const ANSWER_TIMEOUT = 1_000

/** Passes the questions of each process of a machine on to all of them. They ask by `SharedSiblings`. */
export class SiblingsHost {
  readonly #channels = new Set<SiblingsChannel>()
  /** Takes the answers to each open question. */
  readonly #questions = new Map<number, (by: SiblingsChannel, answer: unknown) => void>()
  #lastNumber = 0

  /** Serves a process. Returns a function to be called when it has ended. */
  add(channel: SiblingsChannel): () => void {
    this.#channels.add(channel)
    channel.onMessage(({ siblings }) => {
      if ('asked' in siblings) void this.#ask(channel, siblings.asked, siblings.id)
      else if ('answer' in siblings) this.#questions.get(siblings.number)?.(channel, siblings.answer)
    })
    return () => void this.#channels.delete(channel)
  }

  /** Replies with the answers of every process, without those that take too long. */
  async #ask(asker: SiblingsChannel, question: string, id: number): Promise<void> {
    this.#lastNumber += 1
    const number = this.#lastNumber
    const answers = new Map<SiblingsChannel, unknown>()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWER_TIMEOUT)
      this.#questions.set(number, (by, answer) => {
        answers.set(by, answer)
        if (answers.size < this.#channels.size) return
        clearTimeout(timer)
        resolve()
      })
      for (const channel of this.#channels) post(channel, { siblings: { question, number } })
    })
    this.#questions.delete(number)
    const known = [...answers.values()].filter((answer) => answer !== undefined)
    post(asker, { siblings: { answers: known, id } })
  }
}

/** A process that has ended meanwhile gets nothing. */
function post(channel: SiblingsChannel, message: SiblingsMessage): void {
  try {
    channel.post(message)
  } catch {
    // Its end is reported elsewhere.
  }
}
