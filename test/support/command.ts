import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'

/** The built command. */
export const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

/** A command that ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A server run by the real command. */
export interface RunningServer {
  child: ChildProcess
  url: string
  /** Everything it printed on standard output so far. */
  output(): string
  errors(): string
  /** Resolves when it has ended. */
  ended: Promise<Ended>
}

/** Runs `imgcast` to its end. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return start(args, env).ended
}

/** Runs `imgcast serve` on a free port until it prints its address. */
export async function serveCommand(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<RunningServer> {
  const { child, text, ended } = start(['serve', '--port', '0', ...args], env)
  const gone = ended.then(({ stderr }) => {
    throw new Error(`the server ended at once: ${stderr}`)
  })
  gone.catch(() => {})
  for (;;) {
    const url = /https?:\/\/[^\s"]+:\d+/.exec(text.stdout)?.[0]
    if (url) return { child, url, output: () => text.stdout, errors: () => text.stderr, ended }
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), gone])
  }
}

/** A silent server for the tests that stand beside the call; its address is there once they run. */
export function useServer(env: Record<string, string> = {}): { readonly url: string } {
  let server: RunningServer | undefined
  beforeAll(async () => {
    server = await serveCommand(['--log-level', 'silent'], env)
  })
  afterAll(async () => {
    server?.child.kill('SIGKILL')
    await server?.ended
  })
  return {
    get url() {
      if (!server) throw new Error('the server has no address before the tests run')
      return server.url
    },
  }
}

function start(args: readonly string[], env: Record<string, string>) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('IMGCAST_')),
  )
  const child = spawn(process.execPath, [MAIN, ...args], {
    // No test leaves a file in the project; who tests that sets another store.
    env: { ...clean, IMGCAST_STORE: 'memory:', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, ...text }))
  return { child, text, ended }
}
