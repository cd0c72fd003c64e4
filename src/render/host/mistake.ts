/**
 * A mistake of the widget's author, in our own words: unlike the message of any other error, they cannot contain a secret
 * and are shown on the error card, after the widget's name.
 */
export class Mistake extends Error {}

/**
 * Returns the result of a widget's function.
 * @throws Mistake if it is a promise: a `draw` would go on after its picture was encoded.
 */
export function synchronous<T>(name: string, result: T): T {
  const { then, catch: ignore } = Object(result) as Partial<Promise<unknown>>
  if (typeof then !== 'function') return result
  // Only this error is reported, and not also the one that the promise may reject with.
  if (typeof ignore === 'function') ignore.call(result, () => {})
  throw new Mistake(
    `returned a promise from \`${name}\`: await in \`load\`, whose result \`${name}\` gets as \`data\``,
  )
}
