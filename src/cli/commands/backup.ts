import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { OutgoingClient } from '../../system/outgoing.ts'
import { readFailure } from '../call-api.ts'
import type { Command } from '../command.ts'
import { readServer, SERVER_OPTIONS } from '../server-option.ts'

interface BackupSettings {
  file: string
  url: string
  token: string | undefined
}

const FAILED = 1
/** Milliseconds for a whole copy. */
const TIMEOUT = 3_600_000
/** Readable and writable for its owner only, as the store. */
const MODE = 0o600

/** Writes a consistent copy of a running server's store to a new file. */
export const backupCommand: Command = {
  name: 'backup',
  about: "copy a running server's store to a new file",
  operand: '<file>',
  options: SERVER_OPTIONS,
  read({ operand, ...words }, faults) {
    const url = readServer({ ...words, operand: undefined }, faults)
    return () => backup({ file: operand ?? '', url, token: words.options.token })
  },
}

async function backup(settings: BackupSettings): Promise<number> {
  try {
    await copy(settings)
    process.stdout.write(`${settings.file}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return FAILED
  }
}

async function copy({ file, url, token }: BackupSettings): Promise<void> {
  const output = await create(file)
  try {
    const client = new OutgoingClient({ allowPrivateTargets: true })
    const response = await client
      .open({
        url: `${url}/api/backup`,
        headers: { Authorization: `Bearer ${token ?? ''}` },
        ...{ timeout: TIMEOUT, maxBytes: Number.MAX_SAFE_INTEGER },
      })
      .catch((error: Error) => {
        throw new Error(
          `${url} does not respond: ${error.message}; copy the file of a stopped server as it is`,
        )
      })
    if (response.fault !== undefined) throw await readFailure({ url, token }, response)
    await pipeline(response.stream(), output)
  } catch (error) {
    output.destroy()
    await rm(file, { force: true })
    throw error
  }
}

/** Opens a new file. Rejects for one that exists. */
function create(file: string): Promise<WriteStream> {
  return new Promise((resolve, reject) => {
    const output = createWriteStream(file, { flags: 'wx', mode: MODE })
    output.once('open', () => resolve(output))
    output.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const fault = code === 'EEXIST' ? `${file} exists: name a new file` : `cannot write ${file}: ${message}`
      reject(new Error(fault))
    })
  })
}
