import { type Attack, askInTurn, openAll } from './attack.ts'

/** 24 large animations at once: each takes tens of milliseconds of a render process, 20 times a second. */
export function openLargeAnimations(attack: Attack, count = 24): () => void {
  return openAll(
    attack,
    numbered(count, (n) => `/sine/a${n}.png?scale=3`),
  )
}

/** As many pictures as one address may open, each of 8 million pixels, 20 times a second. */
export function openHugeAnimations(attack: Attack, count = 200): () => void {
  return openAll(
    attack,
    numbered(count, (n) => `/sine/h${n}.png?width=1280&height=720&scale=3`),
  )
}

/** Thousands of small stills at the same moment, each of another room. */
export function askForManyStills(attack: Attack, count = 3000): () => void {
  return openAll(
    attack,
    numbered(count, (n) => `/online/s${n}.png?delivery=still`),
  )
}

/** Pictures that embed three others each: they take most of all channels. */
export function openManyGrids(attack: Attack, count = 200): () => void {
  return openAll(
    attack,
    numbered(count, (n) => `/grid/g${n}.png?show=online/x${n},clock/y${n},hits/z${n}`),
  )
}

/** One request at a time for a picture that embeds sixteen as large as may be, another each time. */
export function askForHeavyGrids(attack: Attack): () => void {
  return askInTurn(attack, (turn) => {
    const show = numbered(16, (n) => `sine/k${turn}-${n}?width=1000%26height=960`)
    return `/grid/t${turn}.png?delivery=still&columns=16&gap=${turn % 200}&show=${show.join(',')}`
  })
}

/** The data of 24 invented rooms, one request after the other. */
export function askForInventedRooms(attack: Attack): () => void {
  return askInTurn(
    attack,
    (turn) => `/rooms.json?show=${numbered(24, (n) => `online/r${turn}-${n}`).join(',')}`,
  )
}

function numbered(count: number, pathOf: (n: number) => string): string[] {
  return Array.from({ length: count }, (_, n) => pathOf(n))
}
