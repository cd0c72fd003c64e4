import { PublicError } from '../errors.ts'
import { TokenBuckets } from '../system/token-buckets.ts'

/** Fixed limits by network, for servers whose visitors are known. Without them networks only compete with each other. */
export interface NetworkLimitsInit {
  /** Maximum of channels that a network has open. @default no limit */
  maxChannelsPerAddress?: number | undefined
  /** Maximum of channels that a network opens in a minute. @default no limit */
  maxLooksPerAddress?: number | undefined
}

const MINUTE = 60

/** Refuses new channels of a network that has too many, or opens too many in a minute. */
export class NetworkLimits {
  readonly #maxChannels: number
  readonly #looks: TokenBuckets | undefined

  /** @param now returns milliseconds; for tests. */
  constructor({ maxChannelsPerAddress, maxLooksPerAddress }: NetworkLimitsInit, now?: () => number) {
    this.#maxChannels = maxChannelsPerAddress || Number.POSITIVE_INFINITY
    if (maxLooksPerAddress) {
      const rate = { perSecond: maxLooksPerAddress / MINUTE, burst: maxLooksPerAddress }
      this.#looks = new TokenBuckets(rate, now)
    }
  }

  /** Whether a network with this number of channels must close one before it opens another. */
  isFull(channels: number): boolean {
    return channels >= this.#maxChannels
  }

  /** Counts a new channel. @throws PublicError 429 if its network has opened too many in a minute. */
  takeLook(network: string): void {
    if (this.#looks?.take(network) === false) throw tooMany('pictures are opened too fast, try again later')
  }
}

/** The error for a network that watches too many different pictures. */
export function tooManyPictures(): PublicError {
  return tooMany('too many different pictures from one address')
}

function tooMany(caption: string): PublicError {
  return new PublicError({
    code: 'too-many-pictures',
    status: 429,
    caption,
    headers: { 'Retry-After': '10' },
  })
}
