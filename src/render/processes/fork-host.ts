import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { forkModule, withoutToken } from '../../system/child-process.ts'

/** The share of a process's memory that its JavaScript heap may use; Buffers and canvases lie outside of it. */
const HEAP_SHARE = 0.25

/**
 * Starts a process that can run widgets and waits for its `start` message. Listen to its `error`.
 * @param memoryBytes its memory limit, which the caller enforces.
 */
export function forkHost(memoryBytes: number): ChildProcess {
  // The built file: render processes are plain Node, also when the server itself runs from TypeScript under test.
  const host = createRequire(import.meta.url).resolve('#render-host')
  return forkModule(host, {
    execArgv: [`--max-old-space-size=${Math.floor((memoryBytes * HEAP_SHARE) / 2 ** 20)}`],
    env: withoutToken(process.env),
  })
}
