/** The viewers of one widget's pictures on this node. */
export interface WidgetCounts {
  /** Open streams; a stream that shows several rooms of the widget counts for each. */
  connections: number
  /** Distinct people among them. */
  visitors: number
}

interface Crowd {
  connections: number
  /** The number of open streams of each viewer. */
  viewers: Map<string, number>
}

/**
 * Counts the viewers of each widget on this node. Presence counts by room, and there can be any number of rooms; there
 * are only a few widgets.
 */
export class Audience {
  readonly #crowds = new Map<string, Crowd>()

  /** Counts a stream. Returns a function that removes it; calling that again does nothing. */
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

  /** The counts of every widget that was ever watched. */
  *counts(): Generator<[widget: string, WidgetCounts]> {
    for (const [widget, { connections, viewers }] of this.#crowds)
      yield [widget, { connections, visitors: viewers.size }]
  }
}
