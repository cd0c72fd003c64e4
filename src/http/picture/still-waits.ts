import type { IncomingHttpHeaders } from 'node:http'
import type { StillPatience } from '../../channel/still.ts'
import type { Frame } from '../../picture/frame.ts'
import type { Look } from '../../widget/look.ts'
import { deviceOf } from '../../widget/look-device.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { headerText } from '../header-text.ts'
import { readPurpose } from '../purpose.ts'
import { isBrowser } from '../user-agent.ts'
import { tooSlow } from './too-slow.ts'

/** Milliseconds that a still without an older picture waits: every still is promised within a second. */
const COLD = 900
/**
 * The pictures within it wait for their own drawings first, and a panel shows a placeholder until it wakes up again. Image
 * proxies allow four seconds for the whole response.
 */
const COLD_AND_PATIENT = 2_500
/** Browsers wait longer, and show their placeholder until the reader reloads the page. */
const COLD_IN_BROWSER = 5_000
/** A still in place of a stream is all that its reader sees of the picture. */
const IN_PLACE: StillPatience = { warm: 10_000 }
/** A camera has to start, and to send a frame. */
const CAMERA: StillPatience = { warm: 2_500 }
/** Stills that may wait for so long, since each holds a socket: a page of a hundred pictures for one network. */
const MAX_WAITING = 1_000
const MAX_WAITING_OF_NETWORK = 100

/** A still that is about to wait. */
export interface StillRequest {
  headers: IncomingHttpHeaders
  network: string
  kind: 'still' | 'patient' | 'in-place' | 'camera'
}

/** Decides how long stills wait for their drawings, and how many may wait for long. */
export class StillWaits {
  readonly #byNetwork = new Map<string, number>()
  #total = 0

  /** Calls `work` with the patience of a still, whose place is free again when that has settled. */
  async wait<T>(request: StillRequest, work: (patience: StillPatience) => Promise<T>): Promise<T> {
    const { network } = request
    const count = this.#byNetwork.get(network) ?? 0
    if (this.#total >= MAX_WAITING || count >= MAX_WAITING_OF_NETWORK) return work({})
    this.#total += 1
    this.#byNetwork.set(network, count + 1)
    try {
      return await work(patienceOf(request))
    } finally {
      this.#total -= 1
      const left = (this.#byNetwork.get(network) ?? 1) - 1
      if (left > 0) this.#byNetwork.set(network, left)
      else this.#byNetwork.delete(network)
    }
  }
}

function patienceOf({ headers, kind }: StillRequest): StillPatience {
  if (kind === 'camera') return CAMERA
  if (kind === 'in-place') return IN_PLACE
  const isReader = isBrowser(headerText(headers, 'user-agent')) && !readPurpose(headers).takesStillsOnly
  return { cold: isReader ? COLD_IN_BROWSER : kind === 'patient' ? COLD_AND_PATIENT : COLD }
}

/** The kind of a still that a client requested as one. */
export function kindOf({ role, shows }: Pick<Manifest, 'role' | 'shows'>, look: Look): StillRequest['kind'] {
  if (role === 'camera-frames') return 'camera'
  return shows || deviceOf(look) ? 'patient' : 'still'
}

/**
 * Returns the frame of a still. A small device shows what it gets with status 200 until it wakes up again, so a placeholder
 * is an error there: it keeps its picture, and may retry.
 * @throws PublicError 503 for the placeholder of a panel's picture.
 */
export function toShowable(frame: Frame, look: Look): Frame {
  if (frame.isPlaceholder && deviceOf(look)) throw tooSlow('picture')
  return frame
}
