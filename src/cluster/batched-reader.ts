/** Keys in one call: copying them to another thread takes less than a millisecond. */
const MAX_KEYS = 500

/**
 * Reads values by key, many in one call: all keys requested during a call share the next one. Values resolve in the order
 * of the requests.
 */
export class BatchedReader<K, V> {
  readonly #readMany: (keys: readonly K[]) => Promise<readonly V[]>
  readonly #waiting: { key: K; resolve(value: V): void; reject(error: Error): void }[] = []
  #isReading = false

  constructor(readMany: (keys: readonly K[]) => Promise<readonly V[]>) {
    this.#readMany = readMany
  }

  read(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject })
      if (this.#isReading) return
      this.#isReading = true
      queueMicrotask(() => void this.#run())
    })
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, MAX_KEYS)
      try {
        const values = await this.#readMany(asked.map(({ key }) => key))
        for (const [index, { resolve }] of asked.entries()) resolve(values[index] as V)
      } catch (error) {
        for (const { reject } of asked) reject(error as Error)
      }
    }
    this.#isReading = false
  }
}
