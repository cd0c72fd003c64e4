import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'

const HEAP_MEGABYTES = 256

/** Starts a process that can run widgets and is yet to be told which. Listen to its `error`. */
export function forkHost(): ChildProcess {
  // The built file: render processes are plain Node, also when the server itself runs from TypeScript under test.
  const host = createRequire(import.meta.url).resolve('#render-host')
  const { IMGCAST_TOKEN: _, ...env } = process.env
  return fork(host, [], {
    serialization: 'advanced',
    // By the condition, `imgcast` is there what authors use and nothing of the server.
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`, '--conditions=imgcast-render'],
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
