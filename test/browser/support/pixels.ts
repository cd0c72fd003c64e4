import { setTimeout as sleep } from 'node:timers/promises'
import type { Screen, Size, Tab } from '../drivers/index.ts'

/** Red, green and blue. */
export type Colour = readonly [number, number, number]

/** A point of the viewport, in CSS pixels. */
export type Point = readonly [x: number, y: number]

/** A rectangle of the viewport, in CSS pixels. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** How long a busy machine may take to show something. */
const PATIENCE = 30_000

/** How far each channel may be off: nothing in a PNG, this much where coding loses something. */
export const LOSSY = 14

/** Whether a pixel is of a colour, each channel within the tolerance, or within its own. */
export function isColour(
  screen: Screen,
  [x, y]: Point,
  colour: Colour,
  tolerance: number | Colour = 0,
): boolean {
  const pixel = screen.pixel(x, y)
  const within = typeof tolerance === 'number' ? [tolerance, tolerance, tolerance] : tolerance
  return colour.every((channel, index) => Math.abs(channel - (pixel[index] ?? 0)) <= (within[index] ?? 0))
}

/** The corner of a viewport that holds all of some points. */
export function cornerOf(points: readonly Point[]): Size {
  return { width: Math.max(...points.map(([x]) => x)) + 1, height: Math.max(...points.map(([, y]) => y)) + 1 }
}

/**
 * Takes screenshots until one satisfies: never a single one, which may be of the moment before.
 * @param corner how much of the top left is enough. @default the whole viewport
 */
export async function untilScreen(
  tab: Tab,
  satisfies: (screen: Screen) => boolean,
  failure: (screen: Screen) => string,
  timeout = PATIENCE,
  interval = 20,
  corner: Size | undefined = undefined,
): Promise<Screen> {
  const deadline = performance.now() + timeout
  for (;;) {
    const screen = await tab.screenshot(corner)
    if (satisfies(screen)) return screen
    if (performance.now() > deadline) throw new Error(`${failure(screen)} for ${timeout} ms`)
    await sleep(interval)
  }
}

/** Waits until a pixel is of a colour. */
export async function untilPixel(
  tab: Tab,
  x: number,
  y: number,
  colour: Colour,
  tolerance = 0,
): Promise<Screen> {
  return untilScreen(
    tab,
    (screen) => isColour(screen, [x, y], colour, tolerance),
    (screen) => `(${x}, ${y}) was not ${colour} but at last ${screen.pixel(x, y)}`,
    PATIENCE,
    20,
    cornerOf([[x, y]]),
  )
}

/** Waits until a picture at the top left of the page, of the given size, is of one colour from corner to corner. */
export async function untilFilled(
  tab: Tab,
  { width, height }: { width: number; height: number },
  colour: Colour,
  tolerance = 0,
): Promise<Screen> {
  const points: Point[] = [
    [1, 1],
    [width >> 1, height >> 1],
    [width - 2, height - 2],
  ]
  return untilScreen(
    tab,
    (screen) => points.every((point) => isColour(screen, point, colour, tolerance)),
    (screen) => `not all was ${colour} but ${points.map(([x, y]) => screen.pixel(x, y)).join(' and ')}`,
    PATIENCE,
    20,
    cornerOf(points),
  )
}

/** Fails unless a pixel has a colour in each of the screenshots of a while. */
export async function expectStays(
  tab: Tab,
  [x, y]: Point,
  colour: Colour,
  { tolerance = 0, duration = 700 } = {},
): Promise<void> {
  const end = performance.now() + duration
  do {
    const screen = await tab.screenshot(cornerOf([[x, y]]))
    if (!isColour(screen, [x, y], colour, tolerance)) {
      throw new Error(`(${x}, ${y}) did not stay ${colour} but became ${screen.pixel(x, y)}`)
    }
    await sleep(50)
  } while (performance.now() < end)
}
