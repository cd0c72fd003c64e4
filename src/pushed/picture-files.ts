import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { SharedFiles } from '../cluster/shared-files.ts'

/** Bytes of files that are kept in memory: pictures that are shown now are held by their channels anyway. */
const CACHE_BYTES = 32 * 2 ** 20
/** Readable and writable for its owner only, as the store. */
const MODE = { folder: 0o700, file: 0o600 }
const NEW = '.new'

/** Files by name in one folder, or in memory. */
export interface PictureFiles {
  /** Whether other nodes write and remove files too: then no name may be written twice. */
  readonly isShared: boolean
  /** Resolves when the file is on disk, or in Redis. */
  write(name: string, bytes: Buffer): Promise<void>
  /** Keeps a file that was written, once the store names it. */
  keep(name: string): Promise<void>
  /** Resolves to undefined if there is no such file. */
  read(name: string): Promise<Buffer | undefined>
  remove(name: string): Promise<void>
  /** Removes every file but these. */
  keepOnly(names: ReadonlySet<string>): Promise<void>
}

/** The folder beside a store's file; undefined for a store that keeps nothing, or no file. */
export function pictureFolder(location: string | undefined): string | undefined {
  const path = /^file:(.+)$/s.exec(location ?? '')?.[1]
  return path === undefined ? undefined : `${resolve(path)}.pictures`
}

/**
 * Keeps files in a folder, which is created for the first one, or where all nodes find them.
 * @param folder undefined for memory
 * @param shared those of the cluster, which are used in place of a folder. @default none
 */
export function createPictureFiles(folder: string | undefined, shared?: SharedFiles): PictureFiles {
  if (shared) return new CachedFiles(shared)
  return folder === undefined ? new MemoryFiles() : new FolderFiles(folder)
}

function createCache(): LRUCache<string, Buffer> {
  return new LRUCache({ maxSize: CACHE_BYTES, sizeCalculation: ({ length }) => Math.max(1, length) })
}

class CachedFiles implements PictureFiles {
  readonly isShared = true
  readonly #files: SharedFiles
  readonly #cache = createCache()

  constructor(files: SharedFiles) {
    this.#files = files
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    await this.#files.write(name, bytes)
    this.#cache.set(name, bytes)
  }

  keep(name: string): Promise<void> {
    return this.#files.keep(name)
  }

  async read(name: string): Promise<Buffer | undefined> {
    const bytes = this.#cache.get(name) ?? (await this.#files.read(name))
    if (bytes) this.#cache.set(name, bytes)
    return bytes
  }

  async remove(name: string): Promise<void> {
    this.#cache.delete(name)
    await this.#files.remove(name)
  }

  // Files that are not listed here may be those of another node.
  async keepOnly(): Promise<void> {}
}

class MemoryFiles implements PictureFiles {
  readonly isShared = false
  readonly #files = new Map<string, Buffer>()

  async write(name: string, bytes: Buffer): Promise<void> {
    this.#files.set(name, bytes)
  }

  async keep(): Promise<void> {}

  async read(name: string): Promise<Buffer | undefined> {
    return this.#files.get(name)
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name)
  }

  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    for (const name of this.#files.keys()) if (!names.has(name)) this.#files.delete(name)
  }
}

class FolderFiles implements PictureFiles {
  readonly isShared = false
  readonly #folder: string
  readonly #cache = createCache()

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    const path = join(this.#folder, name)
    await mkdir(this.#folder, { recursive: true, mode: MODE.folder })
    const file = await open(path + NEW, 'w', MODE.file)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    // A crash leaves the old file or the new one, never a part.
    await rename(path + NEW, path)
    this.#cache.set(name, bytes)
  }

  async keep(): Promise<void> {}

  async read(name: string): Promise<Buffer | undefined> {
    const cached = this.#cache.get(name)
    if (cached) return cached
    const bytes = await readFile(join(this.#folder, name)).catch(whenMissing)
    if (bytes) this.#cache.set(name, bytes)
    return bytes
  }

  async remove(name: string): Promise<void> {
    this.#cache.delete(name)
    await rm(join(this.#folder, name), { force: true })
  }

  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    const found = (await readdir(this.#folder).catch(whenMissing)) ?? []
    for (const name of found) if (!names.has(name)) await this.remove(name)
  }
}

function whenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
