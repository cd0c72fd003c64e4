/** Markers (ITU T.81, table B.1). */
const END_OF_IMAGE = 0xd9
const START_OF_SCAN = 0xda
const FIRST_RESTART = 0xd0
const START_OF_IMAGE = 0xd8
const TEMPORARY = 0x01
const FILL = 0xff

/**
 * Finds the end of a JPEG that arrives in pieces, by its structure alone: segments are skipped by their length, so that a
 * thumbnail within one is not the end (ITU T.81, annex B). Reads each byte once.
 */
export class JpegWalk {
  /** Where to go on, from the beginning of the JPEG. */
  #at = 2
  #isInScan = false

  /**
   * Returns the length of the JPEG that `bytes` begins with; undefined if it has not ended yet, and 0 if it is damaged.
   * @param bytes all that has arrived so far, more at each call.
   */
  find(bytes: Buffer): number | undefined {
    for (;;) {
      if (this.#isInScan) {
        const marker = this.#findMarker(bytes)
        if (marker === undefined) return undefined
      }
      if (this.#at + 2 > bytes.length) return undefined
      if (bytes[this.#at] !== 0xff) return 0
      const marker = bytes[this.#at + 1] as number
      if (marker === END_OF_IMAGE) return this.#at + 2
      if (marker === FILL) {
        this.#at += 1
        continue
      }
      if (marker === 0 || marker === START_OF_IMAGE) return 0
      if (isAlone(marker)) {
        this.#at += 2
        continue
      }
      if (this.#at + 4 > bytes.length) return undefined
      const length = bytes.readUInt16BE(this.#at + 2)
      if (length < 2) return 0
      this.#at += 2 + length
      this.#isInScan = marker === START_OF_SCAN
    }
  }

  /** Skips coded data to the next marker that is neither a stuffed byte nor a restart. */
  #findMarker(bytes: Buffer): number | undefined {
    for (;;) {
      const at = bytes.indexOf(0xff, this.#at)
      if (at < 0 || at + 1 >= bytes.length) {
        this.#at = at < 0 ? Math.max(this.#at, bytes.length) : at
        return undefined
      }
      const next = bytes[at + 1] as number
      this.#at = at
      if (next !== 0 && next !== FILL && !(next >= FIRST_RESTART && next < START_OF_IMAGE)) {
        this.#isInScan = false
        return next
      }
      this.#at = next === FILL ? at + 1 : at + 2
    }
  }
}

/** Markers without a segment. */
function isAlone(marker: number): boolean {
  return marker === TEMPORARY || (marker >= FIRST_RESTART && marker < START_OF_IMAGE)
}
