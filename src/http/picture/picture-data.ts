import type { PushedData } from '../../channel/pushed-data.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Presence } from '../../cluster/presence.ts'
import { PublicError } from '../../errors.ts'
import type { Renderer } from '../../render/renderer.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'

/** The parts that `PictureData` works with. */
export interface PictureDataInit {
  renderer: Renderer
  pushedData: PushedData
  presence: Presence
}

/** Milliseconds that a widget's data may take. */
const DATA_TIMEOUT = 3_000

/** Reads the data behind pictures, for `.json`. */
export class PictureData {
  readonly #init: PictureDataInit

  constructor(init: PictureDataInit) {
    this.#init = init
  }

  /**
   * The data of a picture: what its widget returns, or the counts of its room.
   * @param network the network that the work is charged to.
   * @throws PublicError 503 if the widget takes longer than three seconds, and its own error if it fails.
   */
  async read(manifest: Manifest, spec: ChannelSpec, network: string): Promise<unknown> {
    const room = roomOf(spec)
    const { connections, visitors, peak } = await this.#init.presence.counts(room)
    const counts = { connections, visitors, peak }
    return manifest.hasJson ? this.#readFromWidget(spec, counts, network) : { room, ...counts }
  }

  async #readFromWidget(
    spec: ChannelSpec,
    counts: { connections: number; visitors: number; peak: number },
    network: string,
  ): Promise<unknown> {
    const { renderer, pushedData } = this.#init
    const { widget, key, look } = spec
    const job = { widget, key, look, ...counts, time: Date.now(), pushed: pushedData.of(spec) }
    let isWaiting = true
    try {
      return await withTimeout(
        DATA_TIMEOUT,
        renderer.data(
          job,
          () => Number(isWaiting),
          () => ({ networks: [network], count: 1 }),
        ),
      )
    } finally {
      isWaiting = false
    }
  }
}

async function withTimeout<T>(timeout: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), timeout)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function tooSlow(): PublicError {
  return new PublicError({
    code: 'too-slow',
    status: 503,
    caption: 'the data takes too long, try again later',
    headers: { 'Retry-After': '10' },
  })
}
