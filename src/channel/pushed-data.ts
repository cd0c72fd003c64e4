import type { Job } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'
import type { ChannelSpec } from './spec.ts'

/** The data that a widget's `start` pushed last. */
type Pushed = Job['pushed']

/** One running `start`. */
interface Run {
  /** The code that it runs. */
  code: Renderer['manifests']
  pushed: Pushed
  followers: Set<() => void>
  end(): void
}

const NO_COUNTS = { connections: 0, visitors: 0, peak: 0 }

/**
 * Runs the `start` of widgets: once for all pictures of a room with equal parameters, in any format and size, from the
 * first viewer to the last.
 */
export class PushedData {
  readonly #renderer: Renderer
  readonly #runs = new Map<string, Run>()

  constructor(renderer: Renderer) {
    this.#renderer = renderer
  }

  /** The data that replaces the result of a picture's `load`; undefined if there is none. */
  of(spec: ChannelSpec): Pushed {
    return this.#runs.get(idOf(spec))?.pushed
  }

  /**
   * Calls `onChange` for each change that the widget's `start` reports. Returns a function that stops it. Does nothing for
   * a widget without a `start`, and for its example.
   */
  follow(spec: ChannelSpec, onChange: () => void): () => void {
    const { manifests } = this.#renderer
    if (!manifests.get(spec.widget)?.starts || spec.look.example) return () => {}
    const id = idOf(spec)
    const known = this.#runs.get(id)
    // Followers of a run with older code are about to follow this one.
    const run = known?.code === manifests ? known : this.#start(spec)
    this.#runs.set(id, run)
    run.followers.add(onChange)
    return () => {
      if (!run.followers.delete(onChange) || run.followers.size > 0) return
      run.end()
      if (this.#runs.get(id) === run) this.#runs.delete(id)
    }
  }

  #start(spec: ChannelSpec): Run {
    const run: Run = {
      code: this.#renderer.manifests,
      pushed: undefined,
      followers: new Set(),
      end: this.#renderer.startSource({ ...spec, ...NO_COUNTS, time: Date.now() }, (pushed) => {
        run.pushed = pushed
        for (const onChange of run.followers) onChange()
      }),
    }
    return run
  }
}

/** `start` gets only the room and the parameters, and not the rest of a look. */
function idOf(spec: ChannelSpec): string {
  return JSON.stringify([roomOf(spec), spec.look.params])
}
