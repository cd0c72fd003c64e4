import type { PublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import { settledWithin } from '../system/settled-within.ts'
import type { GoodFrame } from './last-frames.ts'

/** How long a still waits, in milliseconds, and for how many drawings. */
export const STILL_LIMITS = {
  /** Image proxies time out after four seconds. */
  patience: 700,
  /** A picture that embeds this one waits for it, where there is no older one of it. */
  embeddedPatience: 1_800,
  /** Then one frame of an animation is requested: a busy process may not finish the whole. */
  animationPatience: 350,
  /** The same where there is no older picture: the frame must come before a placeholder has to. */
  coldAnimationPatience: 50,
  /** A change during a drawing makes its frame stale. */
  drawings: 3,
} as const

/** One finished picture for a client that takes no stream. */
export interface Still {
  frame: Frame
  /** Milliseconds since it was current. @default it is */
  age?: number
  /** Why there is no newer one. @default its drawing is only late */
  failure?: PublicError
}

/** The pictures that a still can be. */
export interface StillChoices {
  /** Why the newest drawing failed. */
  failure: PublicError | undefined
  /** The newest frame, if it is current, or one frame of an animation that is late. */
  current: Frame | undefined
  last: GoodFrame | undefined
}

/** How long a still waits, in milliseconds. */
export interface StillPatience {
  /** Until an older picture is sent in its place. @default 700 */
  warm?: number
  /** Until a placeholder is sent, if there is no older picture. @default `warm` */
  cold?: number
}

/**
 * Waits for a drawing: at most `warm`, and on to `cold` while there is no other picture.
 * @param drawSooner requests one frame of an animation; resolves to whether there is one.
 * @param isCold whether there is no other picture yet.
 * @returns whether the drawing has ended.
 */
export async function waitForDrawing(
  drawing: Promise<unknown>,
  { warm = STILL_LIMITS.patience, cold = warm }: StillPatience,
  drawSooner: () => Promise<boolean>,
  isCold: () => boolean,
): Promise<boolean> {
  let isDone = false
  const ended = drawing.then(() => {
    isDone = true
  })
  let timer: NodeJS.Timeout | undefined
  const drawnSooner = new Promise<void>((resolve) => {
    const draw = async () => (await drawSooner()) && resolve()
    const { animationPatience, coldAnimationPatience } = STILL_LIMITS
    timer = setTimeout(() => void draw(), isCold() ? coldAnimationPatience : animationPatience)
  })
  try {
    await settledWithin(warm, ended)
    if (cold > warm && isCold()) await settledWithin(cold - warm, Promise.race([ended, drawnSooner]))
  } finally {
    clearTimeout(timer)
  }
  return isDone
}

/** Chooses a still. @throws PublicError of the drawing if it failed and there is no older frame, or if the request is wrong. */
export function chooseStill(
  { failure, current, last }: StillChoices,
  otherwise: { placeholder: Frame },
): Still {
  const age = last ? performance.now() - last.at : 0
  if (failure) {
    if (!last || isRefusal(failure)) throw failure
    return { frame: last.frame, age, failure }
  }
  if (current) return { frame: current }
  return last ? { frame: last.frame, age } : { frame: otherwise.placeholder }
}

/** Whether an error is the client's: an older picture, or older data, would hide it. */
export function isRefusal({ status }: PublicError): boolean {
  return status >= 400 && status < 500 && status !== 429
}
