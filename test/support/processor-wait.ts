import { readFileSync } from 'node:fs'

const MILLISECOND = 1e6

/**
 * Milliseconds that the main threads of a process and of its children have been ready to run and had no processor, by their
 * pids; the process first. Linux counts them (`schedstat`); elsewhere they are 0.
 */
export function processorWaits(pid: number): ReadonlyMap<number, number> {
  return new Map([pid, ...childrenOf(pid)].map((each) => [each, waitOf(each)]))
}

/** Milliseconds between two results: of the process, and of the child that waited longest. */
export function waitBetween(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  const [own = 0, ...children] = [...after].map(([pid, wait]) => wait - (before.get(pid) ?? wait))
  return own + Math.max(0, ...children)
}

function waitOf(pid: number): number {
  return Number(read(`/proc/${pid}/task/${pid}/schedstat`).split(' ')[1] ?? 0) / MILLISECOND
}

function childrenOf(pid: number): number[] {
  const pids = read(`/proc/${pid}/task/${pid}/children`).split(' ')
  return pids.map(Number).filter((child) => child > 0)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
