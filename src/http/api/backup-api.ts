import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Router } from 'express'
import { conflict } from '../../errors.ts'
import { refuseOthers } from '../methods.ts'

/**
 * `GET /api/backup`: a consistent copy of the store. One is made at a time, as each takes as much disk as the store.
 * @param backup writes the copy to a file and returns its path; undefined where nothing is stored in a file
 */
export function createBackupApi(backup: (() => Promise<string>) | undefined): Router {
  const api = Router()
  let isRunning = false
  api
    .route('/backup')
    .get(async (_request, response) => {
      if (!backup)
        throw conflict(
          'no-backup',
          'nothing to copy: the server stores nothing in a file of its own (--store)',
        )
      if (isRunning) throw conflict('backup-running', 'another backup is being made')
      isRunning = true
      let path: string | undefined
      try {
        path = await backup()
        const { size } = await stat(path)
        response.set({
          'Content-Type': 'application/vnd.sqlite3',
          'Content-Length': String(size),
          'Cache-Control': 'no-store',
        })
        // A client that leaves early needs no error.
        await pipeline(createReadStream(path), response).catch(() => {})
      } finally {
        isRunning = false
        if (path !== undefined) await rm(path, { force: true })
      }
    })
    .all(refuseOthers('GET'))
  return api
}
