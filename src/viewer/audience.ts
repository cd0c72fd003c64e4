/** How many watch pictures of one widget on this node. */
export interface WidgetCounts {
  /** Open streams, one for each room of the widget that is seen in them. */
  connections: number
  /** Distinct people among them. */
  visitors: number
}

interface Crowd {
  connections: number
  /** How many streams each viewer has open. */
  viewers: Map<string, number>
}

/** Who watches which widget on this node, whatever the rooms: presence knows rooms, of which there may be any number. */
export class Audience {
  readonly #crowds = new Map<string, Crowd>()

  /** Counts a stream; answers what takes it out again, once. */
  enter(widget: string, viewer: string): () => void {
    const crowd = this.#crowds.get(widget) ?? { connections: 0, viewers: new Map() }
    this.#crowds.set(widget, crowd)
    const { viewers } = crowd
    crowd.connections += 1
    viewers.set(viewer, (viewers.get(viewer) ?? 0) + 1)
    let left = false
    return () => {
      if (left) return
      left = true
      crowd.connections -= 1
      const streams = (viewers.get(viewer) ?? 0) - 1
      if (streams > 0) viewers.set(viewer, streams)
      else viewers.delete(viewer)
    }
  }

  /** The counts by widget, of all that were ever watched. */
  *counts(): Generator<[widget: string, WidgetCounts]> {
    for (const [widget, { connections, viewers }] of this.#crowds)
      yield [widget, { connections, visitors: viewers.size }]
  }
}
