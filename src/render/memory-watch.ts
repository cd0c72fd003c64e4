import { readFile, writeFile } from 'node:fs/promises'

const CHECK_INTERVAL = 250
const PAGE_BYTES = 4096

/**
 * Calls `onTooMuch` when a process holds more than `limitBytes` (Linux; elsewhere only the heap is bounded), and makes
 * it the one that the kernel takes, rather than the server, should the machine run out. Answers what ends that.
 */
export function watchMemory(pid: number | undefined, limitBytes: number, onTooMuch: () => void): () => void {
  void writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => {})
  const timer = setInterval(async () => {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')
    if (Number(statm.split(' ')[1]) * PAGE_BYTES > limitBytes) onTooMuch()
  }, CHECK_INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}
