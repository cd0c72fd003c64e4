import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { toolPath } from '../../support/tools.ts'
import type { Target } from './send.ts'

/** Programs that others wrote to try servers. They run in the whole suite only, for 10 s each. */
export const TOOL_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'slowhttptest: slow heads': slow('-H', '-i', '1'),
  'slowhttptest: slow bodies': slow('-B', '-i', '1', '-s', '8192'),
  'slowhttptest: ranges': slow('-R', '-a', '1', '-b', '3000'),
  'slowhttptest: slow reading': slow('-X', '-w', '1', '-y', '64', '-n', '1', '-z', '8', '-k', '3'),
  'h2load: stills over HTTP/1.1': ({ port }) =>
    run('h2load', '--h1', '-c', '50', '-D', '10', `http://127.0.0.1:${port}/online/load.png?delivery=still`),
}

/** The same over TLS, for HTTP/2. */
export const TOOL_ATTACKS_OVER_HTTP2: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'h2load: stills over HTTP/2': ({ port }) =>
    run(
      'h2load',
      ...['-c', '20', '-m', '32', '-D', '10'],
      `https://127.0.0.1:${port}/online/load.png?delivery=still`,
    ),
}

function slow(...options: string[]) {
  return ({ port }: Target) =>
    run(
      'slowhttptest',
      ...options,
      ...['-c', '1000', '-r', '500', '-l', '10', '-p', '3', '-u', `http://127.0.0.1:${port}/`],
    )
}

/** Runs a program to its end. Rejects where it does not start; how it ends is its own judgement. */
async function run(name: string, ...args: string[]): Promise<void> {
  const child = spawn(toolPath(name), args, { stdio: 'ignore' })
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  await once(child, 'exit')
  clearTimeout(limit)
}
