import { measuringContext } from './text.ts'

/** A CSS colour's red, green, blue (0 to 255) and alpha (0 to 1); undefined for what is no colour. */
export function readColor(
  color: string,
): [red: number, green: number, blue: number, alpha: number] | undefined {
  const ctx = measuringContext()
  // A canvas passes over what is no colour: it is one if it makes the same of two different ones before.
  const [first, second] = ['#000000', '#ffffff'].map((before) => {
    ctx.fillStyle = before
    ctx.fillStyle = color
    return String(ctx.fillStyle)
  })
  if (first === undefined || first !== second) return undefined
  const hex = /^#(..)(..)(..)$/.exec(first)
  if (hex) return [...hexes(hex.slice(1)), 1] as [number, number, number, number]
  const [red = 0, green = 0, blue = 0, alpha = 1] = first.match(/[\d.]+/g)?.map(Number) ?? []
  return [red, green, blue, alpha]
}

/** How bright a colour looks, 0 to 1, by the weights of ITU-R BT.601; 0 for what is no colour. */
export function brightness(color: string): number {
  const [red, green, blue] = readColor(color) ?? [0, 0, 0]
  return (red * 0.299 + green * 0.587 + blue * 0.114) / 255
}

function hexes(pairs: readonly string[]): number[] {
  return pairs.map((pair) => Number.parseInt(pair, 16))
}
