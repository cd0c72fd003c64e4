/** One connection that carries many streams, and the number of pictures that it may stream. */
export interface SharedConnection {
  /** The connection, or behind a proxy, which hides it, the key of its viewer. */
  key: object | string
  /** Further pictures are stills: at a limit of streams, a browser would not load anything else of the host. */
  places: number
}

/**
 * The pictures that each connection of HTTP/2 streams. Behind a proxy a connection is known by the key of its viewer,
 * which all phones of one kind behind a carrier's address share: so different pictures count there, and not streams.
 */
export class SharedConnections {
  readonly #pictures = new Map<object | string, Map<string, number>>()
  #added = 0

  /** Adds a stream. Returns a function that takes it out; calling it again does nothing. */
  add({ key }: SharedConnection, picture: string): () => void {
    const pictures = this.#pictures.get(key) ?? new Map<string, number>()
    this.#pictures.set(key, pictures)
    this.#added += 1
    // The browser has one stream for each picture of a page, and another one for that of another tab.
    const place = typeof key === 'string' ? picture : String(this.#added)
    pictures.set(place, (pictures.get(place) ?? 0) + 1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      const left = (pictures.get(place) ?? 1) - 1
      if (left > 0) pictures.set(place, left)
      else pictures.delete(place)
      if (pictures.size === 0 && this.#pictures.get(key) === pictures) this.#pictures.delete(key)
    }
  }

  /** Whether a connection may stream a further picture. */
  hasPlace({ key, places }: SharedConnection, picture: string): boolean {
    const pictures = this.#pictures.get(key)
    return pictures === undefined || pictures.size < places || pictures.has(picture)
  }
}
