import { quote } from '../errors.ts'

/** Maximum size of one value in a room's state, as JSON. */
export const MAX_STATE_BYTES = 65_536

/**
 * Encodes a value as JSON for a store.
 * @throws TypeError if it cannot be encoded, RangeError if it is larger than 64 KiB.
 */
export function toStateJson(name: string, value: unknown): string {
  return encode(name, value)
}

/**
 * Returns a value that an author stores, as the store keeps it: plain data, which every channel between processes can carry.
 * @throws as `toStateJson` does, and TypeError for a part that JSON would drop or change without a word
 */
export function toStateValue(name: string, value: unknown): unknown {
  const keep = (_key: string, part: unknown) => {
    const lost = lostPart(part)
    if (lost !== undefined) throw new LostPart(name, lost)
    return part
  }
  return JSON.parse(encode(name, value, keep)) as unknown
}

class LostPart extends TypeError {
  constructor(name: string, part: string) {
    super(`Expected \`${name}\` to be a JSON value, which has no ${part}`)
  }
}

/** Names a value that JSON has no form for. Inside an object, `undefined` is only a missing property. */
function lostPart(part: unknown): string | undefined {
  if (typeof part === 'function' || typeof part === 'symbol' || typeof part === 'bigint') return typeof part
  if (typeof part === 'number' && !Number.isFinite(part)) return String(part)
  return part instanceof Map || part instanceof Set ? part.constructor.name : undefined
}

function encode(name: string, value: unknown, keep?: (key: string, part: unknown) => unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(value, keep)
  } catch (error) {
    if (error instanceof LostPart) throw error
    const [reason] = (error as Error).message.split('\n')
    throw new TypeError(`Expected \`${name}\` to be a JSON value: ${reason}`)
  }
  if (json === undefined) throw new TypeError(`Expected \`${name}\` to be a JSON value, got ${typeof value}`)
  const bytes = Buffer.byteLength(json)
  if (bytes > MAX_STATE_BYTES)
    throw new RangeError(`Expected \`${name}\` to be at most ${MAX_STATE_BYTES} bytes of JSON, got ${bytes}`)
  return json
}

/**
 * Adds an amount to a stored JSON number, and returns the sum; a missing one counts as 0.
 * @throws TypeError if one of them is not a number, RangeError if the sum is not finite.
 */
export function addToStateJson(name: string, known: string | undefined, amount: number): number {
  const before: unknown = known === undefined ? 0 : JSON.parse(known)
  if (typeof before !== 'number')
    throw new TypeError(`Expected \`${name}\` to be a number, found ${typeof before}`)
  checkAmount(name, amount)
  const sum = before + amount
  if (!Number.isFinite(sum)) throw new RangeError(`Expected \`${name}\` to stay a number, got ${sum}`)
  return sum
}

/** @throws TypeError if an amount to add is not a finite number */
export function checkAmount(name: string, amount: unknown): void {
  if (typeof amount !== 'number' || !Number.isFinite(amount))
    throw new TypeError(`Expected a number to add to \`${name}\`, got ${quote(amount)}`)
}
