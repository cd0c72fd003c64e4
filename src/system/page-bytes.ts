import { readFileSync } from 'node:fs'

/** The entry of the auxiliary vector that holds it (getauxval(3)); each is two words of 64 bits. */
const AT_PAGESZ = 6n
/** Where the words are shorter, and where there is no such vector. */
const USUAL = 4096

/**
 * The bytes of a page of memory, in which the kernel counts what a process holds: 4096 on most machines, 16 384 on a
 * Raspberry Pi 5.
 * @param path the auxiliary vector (proc_pid_auxv(5)).
 */
export function readPageBytes(path = '/proc/self/auxv'): number {
  const words = readWords(path)
  for (let at = 0; at + 1 < words.length; at += 2) {
    if (words[at] === AT_PAGESZ) return Number(words[at + 1])
  }
  return USUAL
}

function readWords(path: string): BigUint64Array {
  try {
    return new BigUint64Array(new Uint8Array(readFileSync(path)).buffer)
  } catch {
    return new BigUint64Array()
  }
}
