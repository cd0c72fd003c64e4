import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { watch } from 'chokidar'
import { pushedPictureSchema } from '../../http/api/schemas.ts'
import { callApi } from '../call-api.ts'
import { type Command, USAGE_ERROR } from '../command.ts'
import { findKeyFaults, findTtlFaults } from '../faults.ts'
import { harmlessAll } from '../printable.ts'
import { SERVER_OPTIONS } from '../server-option.ts'

interface PushSettings {
  /** A path, or `-` for standard input. */
  file: string
  key: string
  ttl: string | undefined
  url: string
  token: string | undefined
}

const FAILED = 1
const PUSHED = {
  name: 'picture',
  schema: pushedPictureSchema.pick({ key: true, format: true, width: true, height: true }),
}
/** Milliseconds without a change after which a file is complete: programs write it in several steps. */
const SETTLE_TIME = 60

/** Sends a picture file to a running server, which shows it in every open picture of its key. */
export const pushCommand: Command = {
  name: 'push',
  about: 'show a picture file in every open picture of a key, once or whenever it changes',
  operand: '<file>',
  options: SERVER_OPTIONS,
  flags: [
    { flag: '--key <key>', help: 'key of the picture (default main)' },
    { flag: '--ttl <time>', help: 'marked as late unless it is pushed again within this time, like 10m' },
    { flag: '--watch', help: 'keep running, and push the file whenever it changes' },
  ],
  read({ operand = '', options, flags }, faults) {
    const { key = 'main', ttl } = flags as { key?: string; ttl?: string }
    faults.push(...findKeyFaults('--key', key), ...findTtlFaults(ttl))
    if (flags.watch === true && operand === '-')
      faults.push({ name: '--watch', detail: 'expected a file, got standard input' })
    const settings = { file: operand, key, ttl, url: options.server, token: options.token }
    return flags.watch === true ? () => follow(settings) : () => push(settings)
  },
}

async function push(settings: PushSettings): Promise<number> {
  try {
    const { file } = settings
    const body = file === '-' ? await buffer(process.stdin) : await readFile(file)
    process.stdout.write(`${await send(settings, body)}\n`)
    return 0
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    process.stderr.write(`${code === 'ENOENT' ? `there is no file ${settings.file}` : message}\n`)
    return code === 'ENOENT' ? USAGE_ERROR : FAILED
  }
}

/** Pushes a file now and after each change, one at a time. A failed push does not end it: the next change may succeed. */
async function follow(settings: PushSettings): Promise<undefined> {
  let isBusy = false
  let isChanged = false
  const run = async () => {
    isChanged = true
    if (isBusy) return
    isBusy = true
    while (isChanged) {
      isChanged = false
      await push(settings)
    }
    isBusy = false
  }
  const watcher = watch(settings.file, {
    awaitWriteFinish: { stabilityThreshold: SETTLE_TIME, pollInterval: SETTLE_TIME / 3 },
  })
  watcher.on('add', run).on('change', run)
  watcher.on('error', (error) => process.stderr.write(`${(error as Error).message}\n`))
}

async function send({ key, ttl, url, token }: PushSettings, body: Buffer): Promise<string> {
  const query = ttl === undefined ? '' : `?ttl=${encodeURIComponent(ttl)}`
  const call = { url, token, method: 'PUT', body, expected: PUSHED } as const
  const sent = harmlessAll(await callApi({ ...call, path: `/pictures/${encodeURIComponent(key)}${query}` }))
  return `${sent.key} shows a ${sent.format.toUpperCase()} of ${sent.width}x${sent.height}`
}
