/**
 * A mistake of the widget's author, in our own words: unlike the message of any other error, they cannot contain a secret
 * and are shown on the error card, after the widget's name.
 */
export class Mistake extends Error {}

/** @throws Mistake if `draw` returned a promise: it would draw after its picture was encoded. */
export function checkSynchronous(result: unknown): void {
  const { then, catch: ignore } = Object(result) as Partial<Promise<unknown>>
  if (typeof then !== 'function') return
  // Only this error is reported, and not also the one that the promise may reject with.
  if (typeof ignore === 'function') ignore.call(result, () => {})
  throw new Mistake('returned a promise from `draw`: await in `load`, whose result `draw` gets as `data`')
}
