import { PublicError } from '../errors.ts'
import { addressGroup } from '../system/address-group.ts'

/** The limits of open streams. */
export interface AdmissionLimits {
  maxConnections: number
  maxConnectionsPerAddress: number
}

/** Counts open streams, in all and by address, and refuses those over the limits. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #byAddress = new Map<string, number>()
  #total = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /**
   * Admits one stream of an address, or of a network of addresses that count as one. Returns a function that frees its
   * place; calling it again does nothing. @throws PublicError 429 or 503.
   */
  admit(client: string): () => void {
    const address = addressGroup(client)
    const { maxConnections, maxConnectionsPerAddress } = this.#limits
    const count = this.#byAddress.get(address) ?? 0
    if (this.#total >= maxConnections) {
      throw refusal(
        503,
        'full',
        'the server is full, try again later',
        `All ${maxConnections} streams (--max-connections) are in use.`,
      )
    }
    if (count >= maxConnectionsPerAddress) {
      const detail = `This address has ${count} pictures open, which is the limit (--max-connections-per-address).`
      throw refusal(429, 'too-many-connections', 'too many pictures open from your address', detail)
    }
    this.#total += 1
    this.#byAddress.set(address, count + 1)
    let admitted = true
    return () => {
      if (!admitted) return
      admitted = false
      this.#release(address)
    }
  }

  /** Whether an address may open one more stream. */
  hasPlace(client: string): boolean {
    return (this.#byAddress.get(addressGroup(client)) ?? 0) < this.#limits.maxConnectionsPerAddress
  }

  #release(address: string): void {
    this.#total -= 1
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left > 0) this.#byAddress.set(address, left)
    else this.#byAddress.delete(address)
  }
}

function refusal(status: number, code: string, caption: string, detail: string): PublicError {
  return new PublicError({ code, status, caption, detail, headers: { 'Retry-After': '10' } })
}
