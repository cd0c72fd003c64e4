import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { Bus } from '../cluster/bus.ts'
import { clusterTime } from '../cluster/cluster-time.ts'
import type { Store } from '../cluster/store.ts'
import { PublicError } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import { createFrame, type Frame } from '../picture/frame.ts'
import { type PictureHead, readPictureHead } from '../picture/picture-head.ts'
import { findPngDamage } from '../picture/png.ts'
import { findSvgReference } from '../picture/svg-references.ts'
import type { Renderer } from '../render/renderer.ts'
import { parseLook } from '../widget/look.ts'
import { type Role, type Roles, widgetOf } from '../widget/role.ts'
import { parseRoom, roomOf } from '../widget/room.ts'
import type { PictureFiles } from './picture-files.ts'
import { type StoredPicture, toStoredPicture } from './pushed-picture.ts'

/** The parts and limits that pushed pictures work with. */
export interface PushedPicturesInit {
  renderer: Pick<Renderer, 'draw' | 'manifests' | 'roles'>
  store: Store
  bus: Bus
  files: PictureFiles
  /** Bytes of one picture, and of all together. */
  maxPictureBytes: number
  maxPicturesBytes: number
  /** Milliseconds since the epoch. @default the clock that all nodes follow */
  now?: () => number
}

/** A picture and its key. */
export interface ListedPicture {
  key: string
  picture: StoredPicture
}

/** The server's own name in a room, which no other writer can set. */
export const PICTURE = '$picture'
const ROLE: Role = 'pushed-picture'
const MAX_PICTURES = 10_000
/** The side of the picture that is drawn to see whether a file can be decoded. */
const TRIAL_SIDE = '8'
const FRAMES = 200

/** The pictures that scripts push: each is a file, shown in every open picture of its room. */
export class PushedPictures {
  readonly #init: PushedPicturesInit
  /** The time that the pictures are dated by. */
  readonly now: () => number
  readonly #pictures = new Map<string, StoredPicture>()
  /** Equal bytes are one frame object, by file. */
  readonly #frames = new LRUCache<string, WeakRef<Frame>>({ max: FRAMES })
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #unsubscribe: readonly (() => void)[]
  #writing: Promise<unknown> = Promise.resolve()

  constructor(init: PushedPicturesInit) {
    this.#init = init
    this.now = init.now ?? (() => clusterTime(init.store))
    this.#unsubscribe = [
      init.bus.subscribe((room, change) => {
        const isOurs = this.#pictures.has(room) || parseRoom(room).widget === this.#widget
        if (isOurs && (change === 'state' || change === 'deleted'))
          void this.#inTurn(() => this.#reread(room)).catch(() => {})
      }),
      init.bus.onReconnect(() => void this.#inTurn(() => this.#rereadAll()).catch(() => {})),
    ]
  }

  /** Reads the pictures from before the last stop, and deletes the files of none. */
  async load(): Promise<void> {
    for await (const [room, value] of this.#init.store.list(PICTURE)) {
      const picture = toStoredPicture(value)
      if (picture && parseRoom(room).widget === this.#widget) this.#pictures.set(room, picture)
    }
    await this.#init.files.keepOnly(new Set([...this.#pictures.values()].map(({ file }) => file)))
  }

  /**
   * Stores a picture and shows it in every open picture of its key; resolves when it is on disk.
   * @param ttl milliseconds after which it is marked as late, unless it is pushed again. @default never
   * @throws PublicError 413, 415 or 422 for a file that is no picture or too large; 507 if there is no place for it.
   */
  async set(key: string, bytes: Buffer, ttl?: number): Promise<StoredPicture> {
    const head = this.#check(bytes)
    const frame = createFrame(head.format, bytes, head.width, head.height)
    const room = this.#roomOf(key)
    if (this.#pictures.get(room)?.etag !== frame.etag) await this.#tryToDecode(key, frame)
    const at = this.now()
    const picture: StoredPicture = {
      ...{ file: this.#fileOf(key, frame), format: head.format, width: head.width, height: head.height },
      ...{ bytes: bytes.length, etag: frame.etag, at, ...(ttl !== undefined && { lateAt: at + ttl }) },
    }
    await this.#inTurn(() => this.#write(room, picture, frame))
    return picture
  }

  /** Deletes a picture. Returns whether there was one. */
  delete(key: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const room = this.#roomOf(key)
      const picture = this.#pictures.get(room)
      if (!picture) return false
      await this.#init.store.delete(room, PICTURE, { durable: true })
      this.#pictures.delete(room)
      this.#init.bus.publish(room, 'state')
      await this.#init.files.remove(picture.file)
      return true
    })
  }

  /** Returns a picture without its bytes; undefined if there is none. */
  get(key: string): StoredPicture | undefined {
    return this.#pictures.get(this.#roomOf(key))
  }

  /** Milliseconds since a picture was pushed, if it should have been pushed again by now; else 0. */
  lateAge(key: string): number {
    const { at, lateAt = Number.POSITIVE_INFINITY } = this.get(key) ?? {}
    const now = this.now()
    return at !== undefined && now >= lateAt ? now - at : 0
  }

  /** Resolves to the frame of a picture: to the same object for equal bytes. Undefined if its file is gone. */
  async frameOf({ file, format, width, height }: StoredPicture): Promise<Frame | undefined> {
    const known = this.#frames.get(file)?.deref()
    if (known) return known
    const bytes = await this.#init.files.read(file)
    return bytes && this.#remember(file, createFrame(format, bytes, width, height))
  }

  /** All pictures, by key. */
  list(): ListedPicture[] {
    return [...this.#pictures]
      .map(([room, picture]) => ({ key: parseRoom(room).key, picture }))
      .toSorted((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** Calls `listener` when a picture was pushed or deleted on another node. Returns a function that ends it. */
  onChange(key: string, listener: () => void): () => void {
    const room = this.#roomOf(key)
    const listeners = this.#listeners.get(room) ?? new Set()
    this.#listeners.set(room, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(room)
    }
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  /** The room was deleted, or another node has written it. */
  async #reread(room: string): Promise<void> {
    const { store, files } = this.#init
    const before = this.#pictures.get(room)
    const now = toStoredPicture(await store.get(room, PICTURE))
    if (isDeepStrictEqual(before, now)) return
    if (now) this.#pictures.set(room, now)
    else this.#pictures.delete(room)
    // Of two nodes that push at once, neither has replaced the other's file.
    if (before && before.file !== now?.file) await files.remove(before.file)
    if (now) await files.keep(now.file)
    for (const listener of [...(this.#listeners.get(room) ?? [])]) listener()
  }

  /** Messages of other nodes were lost. */
  async #rereadAll(): Promise<void> {
    const rooms = new Set(this.#pictures.keys())
    for await (const [room] of this.#init.store.list(PICTURE))
      if (parseRoom(room).widget === this.#widget) rooms.add(room)
    for (const room of rooms) await this.#reread(room)
  }

  get #widget(): string {
    const roles: Roles = this.#init.renderer.roles
    return widgetOf(roles, ROLE)
  }

  #roomOf(key: string): string {
    return roomOf({ widget: this.#widget, key })
  }

  #check(bytes: Buffer): PictureHead {
    const { maxPictureBytes } = this.#init
    if (bytes.length > maxPictureBytes) throw tooLarge(`at most ${maxPictureBytes} bytes`, `${bytes.length}`)
    const head = readPictureHead(bytes)
    if (!head) throw notAPicture()
    const fault = findFault(head.format, bytes)
    if (fault !== undefined) throw damaged(fault)
    const { width, height } = head
    if (width * height <= MAX_PIXELS) return head
    throw tooLarge(`at most ${MAX_PIXELS / 1e6} million pixels`, `${width} x ${height}`)
  }

  /** A browser would give up the stream at a part that it cannot decode, and never show another. */
  async #tryToDecode(key: string, frame: Frame): Promise<void> {
    const { renderer } = this.#init
    const manifest = renderer.manifests.get(this.#widget)
    if (!manifest) throw new Error('the widget of pushed pictures is gone')
    const query = new URLSearchParams({ width: TRIAL_SIDE, height: TRIAL_SIDE })
    const counts = { connections: 0, visitors: 0, peak: 0 }
    const look = parseLook(manifest, 'png', query)
    const job = { widget: manifest.name, key, look, ...counts, time: Date.now(), pushed: { data: {} } }
    await renderer
      .draw({ ...job, embedded: [{ path: 'frame', frame }] }, () => 2)
      .catch((error: unknown) => {
        // A file that hangs or kills its render process is at fault, and not the widget that shows it.
        throw error instanceof PublicError && error.code === 'widget-failed'
          ? damaged('it takes too long')
          : error
      })
  }

  async #write(room: string, picture: StoredPicture, frame: Frame): Promise<void> {
    const { store, files, bus } = this.#init
    const before = this.#pictures.get(room)
    this.#checkPlace(before, picture)
    const isNew = before?.file !== picture.file
    if (isNew) await files.write(picture.file, frame.bytes)
    try {
      await store.set(room, PICTURE, picture, { durable: true })
    } catch (error) {
      if (isNew) await files.remove(picture.file)
      throw error
    }
    this.#remember(picture.file, frame)
    this.#pictures.set(room, picture)
    await files.keep(picture.file)
    // Names of the server's own publish nothing by themselves.
    bus.publish(room, 'state')
    if (before && isNew) await files.remove(before.file)
  }

  #checkPlace(before: StoredPicture | undefined, { bytes }: StoredPicture): void {
    const { maxPicturesBytes } = this.#init
    const used = [...this.#pictures.values()].reduce((sum, each) => sum + each.bytes, 0)
    const isFull = !before && this.#pictures.size >= MAX_PICTURES
    if (!isFull && used - (before?.bytes ?? 0) + bytes <= maxPicturesBytes) return
    throw new PublicError({
      code: 'no-place',
      status: 507,
      caption: 'no place for another picture',
      detail: `all pictures together have at most ${maxPicturesBytes} bytes (--max-pictures-bytes) and ${MAX_PICTURES} keys: delete some`,
    })
  }

  /** Different for other bytes, and on each node, so that a file is never changed. */
  #fileOf(key: string, { etag, format }: Frame): string {
    const own = this.#init.files.isShared ? `-${randomBytes(6).toString('hex')}` : ''
    return `${key}-${etag.slice(1, -1)}${own}.${format}`
  }

  #remember(file: string, frame: Frame): Frame {
    this.#frames.set(file, new WeakRef(frame))
    return frame
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work)
    this.#writing = done.catch(() => {})
    return done
  }
}

/** What a decoder may not report. */
function findFault(format: PictureHead['format'], bytes: Buffer): string | undefined {
  if (format === 'svg') return findSvgReference(bytes.toString())
  return format === 'png' ? findPngDamage(bytes) : undefined
}

function notAPicture(): PublicError {
  return new PublicError({
    code: 'unsupported-media',
    status: 415,
    caption: 'expected a complete PNG, JPEG, WebP, GIF or SVG',
  })
}

function damaged(fault: string): PublicError {
  const caption = 'the picture cannot be decoded'
  return new PublicError({ code: 'damaged-picture', status: 422, caption, detail: `${caption}: ${fault}` })
}

function tooLarge(limit: string, got: string): PublicError {
  return new PublicError({
    code: 'too-large',
    status: 413,
    caption: `expected a picture of ${limit}`,
    detail: `expected a picture of ${limit}, got ${got}`,
  })
}
