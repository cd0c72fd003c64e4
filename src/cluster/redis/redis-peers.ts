import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Peers } from '../peers.ts'
import type { RedisLink } from './redis-link.ts'

/** Milliseconds that all groups have to reply, and between two looks at the replies. */
const ANSWER_TIMEOUT = 2_000
const LOOK_INTERVAL = 40
/** Seconds after which an unread reply is deleted. */
const LIFETIME = 10
/** In place of the kinds of change in a message of the bus. */
const MARK = '?'

/**
 * Questions to all nodes that share a Redis. A message on the channel of the bus asks, and the replies are fields of a hash
 * that is deleted soon: they can be long, and only the node that asked needs them.
 */
export class RedisPeers implements Peers {
  readonly #link: RedisLink
  readonly #node: string
  readonly #answers = new Map<string, { group: string; read: () => Promise<unknown> }>()

  constructor(link: RedisLink, node: string) {
    this.#link = link
    this.#node = node
    link.onMessage((message) => {
      const [, mark, id = '', question = ''] = message.split(' ', 4)
      // A failed reply is a missing one.
      if (mark === MARK) this.#reply(id, question).catch(() => {})
    })
  }

  answer(question: string, group: string, read: () => Promise<unknown>): void {
    this.#answers.set(question, { group, read })
  }

  async ask(question: string, isComplete: (answers: readonly unknown[]) => boolean): Promise<unknown[]> {
    const id = randomBytes(8).toString('hex')
    const deadline = performance.now() + ANSWER_TIMEOUT
    let answers: unknown[] = []
    try {
      await this.#link.call('PUBLISH', this.#link.channel, `${this.#node} ${MARK} ${id} ${question}`)
      while (!isComplete(answers) && performance.now() < deadline) {
        await sleep(LOOK_INTERVAL)
        answers = await this.#read(id)
      }
      await this.#link.call('DEL', this.#keyOf(id))
    } catch {
      // Without Redis there are no others.
    }
    return answers
  }

  async #read(id: string): Promise<unknown[]> {
    const values = (await this.#link.call('HVALS', this.#keyOf(id))) as string[]
    return values.filter((value) => value !== '').map((value) => JSON.parse(value) as unknown)
  }

  async #reply(id: string, question: string): Promise<void> {
    const known = this.#answers.get(question)
    if (!known) return
    const key = this.#keyOf(id)
    const isFirst = await this.#link.call('HSETNX', key, known.group, '')
    await this.#link.call('EXPIRE', key, LIFETIME)
    if (isFirst !== 1) return
    const answer = JSON.stringify(await known.read())
    await this.#link.call('HSET', key, known.group, answer)
    await this.#link.call('EXPIRE', key, LIFETIME)
  }

  #keyOf(id: string): string {
    return `${this.#link.prefix}ask:${id}`
  }
}
