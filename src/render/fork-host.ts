import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What the JavaScript heap may take of a process's memory; Buffers and canvases are outside of it. */
const HEAP_SHARE = 0.25

/**
 * Starts a process that can run widgets and is yet to be told which. Listen to its `error`.
 * @param memoryBytes what it may come to hold, by a watch of the caller's.
 */
export function forkHost(memoryBytes: number): ChildProcess {
  // The built file: render processes are plain Node, also when the server itself runs from TypeScript under test.
  const host = createRequire(import.meta.url).resolve('#render-host')
  const { IMGCAST_TOKEN: _, ...env } = process.env
  const child = fork(host, [], {
    serialization: 'advanced',
    // By the condition, `imgcast` is there what authors use and nothing of the server.
    execArgv: [
      `--max-old-space-size=${Math.floor((memoryBytes * HEAP_SHARE) / 2 ** 20)}`,
      '--conditions=imgcast-render',
    ],
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  preferToKill(child.pid)
  return child
}

/** Should the machine run out of memory, the kernel is to take this process rather than the server (proc(5)). */
function preferToKill(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
  } catch {
    // Not Linux, or gone already.
  }
}
