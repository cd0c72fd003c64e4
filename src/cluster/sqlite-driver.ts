import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Driver } from './driver.ts'

/** A cluster of one that keeps state and history in an SQLite file. */
export const sqliteDriver: Driver = {
  expected: 'file: and the path of a file in an existing folder',
  accepts: isFilePath,
  open: async (location, init) =>
    (await import('./open-sqlite-cluster.ts')).openSqliteCluster(location, init),
}

function isFilePath(path: string): boolean {
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return path !== '' && !isFolder && existsSync(dirname(resolve(path)))
}
