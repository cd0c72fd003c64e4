import type { Payers } from '../render/fair-shares.ts'

/** The maximum of networks that are charged. Further ones are not, because a crowd's shares are tiny. */
const MAX_CHARGED = 8

/** The networks that watch one picture, or wait for a still of it: its drawings are charged to them in equal parts. */
export class PayerList {
  /** The number of viewers and stills of each network. */
  readonly #networks = new Map<string, number>()
  #payers: Payers | undefined

  get(): Payers {
    this.#payers ??= {
      networks: firstOf(this.#networks.keys(), MAX_CHARGED),
      count: this.#networks.size,
    }
    return this.#payers
  }

  /** Adds a viewer of a network. Returns a function that removes it; call it once. */
  add(network: string | undefined): () => void {
    if (network === undefined) return () => {}
    const before = this.#networks.get(network) ?? 0
    this.#networks.set(network, before + 1)
    if (before === 0) this.#payers = undefined
    return () => {
      const left = (this.#networks.get(network) ?? 1) - 1
      if (left > 0) this.#networks.set(network, left)
      else this.#networks.delete(network)
      if (left <= 0) this.#payers = undefined
    }
  }
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = []
  for (const item of items) if (first.push(item) >= count) break
  return first
}
