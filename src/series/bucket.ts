/** A number and when it was measured, in milliseconds since the epoch. */
export interface Sample {
  time: number
  value: number
}

/** The numbers that came within one step of time. */
export interface Bucket {
  min: number
  max: number
  mean: number
  count: number
  /** The newest number, and when it was measured. */
  last: number
  lastTime: number
}

/** Digits of a mean that are kept: more are noise of floating point. */
const MEAN_DIGITS = 12

/** A bucket of one number. */
export function toBucket({ time, value }: Sample): Bucket {
  return { min: value, max: value, mean: value, count: 1, last: value, lastTime: time }
}

/** Merges two buckets; of two equally new numbers the other's is the newest. */
export function mergeBuckets(one: Bucket | undefined, other: Bucket): Bucket {
  if (!one) return other
  const count = one.count + other.count
  // Not by a sum, which could exceed the largest number.
  const mean = one.mean * (one.count / count) + other.mean * (other.count / count)
  const newer = other.lastTime >= one.lastTime ? other : one
  const min = Math.min(one.min, other.min)
  const max = Math.max(one.max, other.max)
  return {
    ...{ min, max, count, last: newer.last, lastTime: newer.lastTime },
    mean: Math.min(max, Math.max(min, Number(mean.toPrecision(MEAN_DIGITS)))),
  }
}

/** A bucket as it is stored: its place in the chunk, the newest number and its time within the bucket; then, if there were several, the rest. */
export type BucketRow = [index: number, last: number, at: number, ...rest: number[]]

export function toRow(
  index: number,
  { min, max, mean, count, last, lastTime }: Bucket,
  step: number,
): BucketRow {
  const row: BucketRow = [index, last, lastTime % step]
  return count === 1 ? row : [...row, min, max, mean, count]
}

/** @param begin when the chunk of the row begins. */
export function fromRow([index, last, at, ...rest]: BucketRow, begin: number, step: number): Bucket {
  const [min = last, max = last, mean = last, count = 1] = rest
  return { min, max, mean, count, last, lastTime: begin + index * step + at }
}

/** Whether a value of the store is a list of rows. */
export function isRows(value: unknown): value is BucketRow[] {
  return (
    Array.isArray(value) &&
    value.every(
      (row) =>
        Array.isArray(row) &&
        (row.length === 3 || row.length === 7) &&
        row.every((part) => typeof part === 'number'),
    )
  )
}
