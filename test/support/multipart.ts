/** One complete part of a multipart stream; header names are in lower case. */
export interface Part {
  headers: Record<string, string>
  body: Buffer
  /** The performance.now() at which the boundary after it had arrived. */
  at: number
}

const crlf = Buffer.from('\r\n')
const blankLine = Buffer.from('\r\n\r\n')

/** Header lines as a record with names in lower case; repeated headers are joined with commas. */
export function parseHeaders(block: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of block.split('\r\n')) {
    if (line === '') continue
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`a header line without a colon: ${JSON.stringify(line)}`)
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

/** The boundary in a Content-Type, or undefined when that is not multipart/x-mixed-replace. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/x-mixed-replace\s*(?:;|$)/i.test(contentType ?? '')) return undefined
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw new Error(`no boundary in Content-Type: ${contentType}`)
  return boundary
}

/** Cuts a multipart body into parts as its bytes arrive. */
export class MultipartParser {
  readonly parts: Part[] = []
  preamble: Buffer = Buffer.alloc(0)
  closed = false

  readonly #delimiter: Buffer
  #state: 'preamble' | 'boundary' | 'headers' | 'body' | 'epilogue' = 'preamble'
  #headers: Record<string, string> = {}
  #searched = 0
  // The body may begin with a boundary, which then lacks the line break that belongs to every other one.
  #pending: Buffer = crlf

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** Describes the received bytes of an unfinished part. */
  get unfinished(): string {
    const headers =
      this.#state === 'body' ? `, of a part with the headers ${JSON.stringify(this.#headers)}` : ''
    const count = this.#pending.length - (this.#state === 'preamble' ? crlf.length : 0)
    return `${count} bytes in the ${this.#state}${headers}`
  }

  /** Takes the next bytes; throws when they break the format. */
  push(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes])
    while (this.#step());
  }

  #step(): boolean {
    switch (this.#state) {
      case 'preamble': {
        const text = this.#take(this.#delimiter)
        if (text === undefined) return false
        this.preamble = text.subarray(crlf.length)
        this.#state = 'boundary'
        return true
      }
      case 'boundary':
        return this.#afterBoundary()
      case 'headers': {
        const block = this.#take(blankLine)
        if (block === undefined) return false
        this.#headers = parseHeaders(block.toString('latin1'))
        this.#state = 'body'
        return true
      }
      case 'body': {
        const body = this.#take(this.#delimiter)
        if (body === undefined) return false
        this.#finishPart(body)
        this.#state = 'boundary'
        return true
      }
      case 'epilogue':
        return false
    }
  }

  #afterBoundary(): boolean {
    if (this.#pending.length < 2) return false
    if (this.#pending.subarray(0, 2).toString('latin1') === '--') {
      this.closed = true
      this.#state = 'epilogue'
      return true
    }
    const end = this.#pending.indexOf(crlf)
    const padding = this.#pending.subarray(0, end < 0 ? this.#pending.length : end).toString('latin1')
    if (!/^[ \t]*\r?$/.test(padding)) {
      throw new Error(
        `a boundary is followed by ${JSON.stringify(padding.slice(0, 40))} and not by a line break`,
      )
    }
    if (end < 0) return false
    // The line break stays: with it, an empty header block ends in a blank line like any other.
    this.#pending = this.#pending.subarray(end)
    this.#state = 'headers'
    return true
  }

  #finishPart(body: Buffer): void {
    const declared = this.#headers['content-length']
    if (declared !== undefined && Number(declared) !== body.length) {
      throw new Error(`part ${this.parts.length} has Content-Length: ${declared} and ${body.length} bytes`)
    }
    this.parts.push({ headers: this.#headers, body: Buffer.from(body), at: performance.now() })
  }

  /** The bytes before a mark, which it drops with the mark; undefined while the mark is not there. */
  #take(mark: Buffer): Buffer | undefined {
    const found = this.#pending.indexOf(mark, this.#searched)
    if (found < 0) {
      this.#searched = Math.max(0, this.#pending.length - mark.length + 1)
      return undefined
    }
    const before = this.#pending.subarray(0, found)
    this.#pending = this.#pending.subarray(found + mark.length)
    this.#searched = 0
    return before
  }
}

/** Undoes Transfer-Encoding: chunked as the bytes arrive. */
export class Dechunker {
  done = false

  #pending: Buffer = Buffer.alloc(0)
  #left = 0
  #state: 'size' | 'data' | 'break' | 'trailer' = 'size'

  /** Takes the next bytes and returns the body bytes in them; throws when they break the format. */
  push(bytes: Buffer): Buffer {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    const body: Buffer[] = []
    while (!this.done && this.#step(body));
    return Buffer.concat(body)
  }

  #step(body: Buffer[]): boolean {
    if (this.#state === 'data') {
      const data = this.#pending.subarray(0, this.#left)
      body.push(data)
      this.#pending = this.#pending.subarray(data.length)
      this.#left -= data.length
      if (this.#left > 0) return false
      this.#state = 'break'
      return true
    }
    const end = this.#pending.indexOf(crlf)
    if (end < 0) return false
    const line = this.#pending.subarray(0, end).toString('latin1')
    this.#pending = this.#pending.subarray(end + crlf.length)
    if (this.#state === 'trailer') {
      this.done = line === ''
    } else if (this.#state === 'break') {
      if (line !== '') throw new Error(`a chunk is followed by ${JSON.stringify(line.slice(0, 40))}`)
      this.#state = 'size'
    } else {
      if (!/^[0-9a-f]+\s*(?:;|$)/i.test(line))
        throw new Error(`not a chunk size: ${JSON.stringify(line.slice(0, 40))}`)
      this.#left = Number.parseInt(line, 16)
      this.#state = this.#left === 0 ? 'trailer' : 'data'
    }
    return true
  }
}
