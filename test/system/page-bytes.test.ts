import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPageBytes } from '../../src/system/page-bytes.ts'

function vectorOf(...words: bigint[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'imgcast-')), 'auxv')
  writeFileSync(path, new Uint8Array(BigUint64Array.from(words).buffer))
  return path
}

describe('the bytes of a page', () => {
  it.skipIf(process.platform !== 'linux')('are the machine’s', () => {
    expect(readPageBytes()).toBe(Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })))
  })

  it('are read where other entries come first, with the same number as a value', () => {
    expect(readPageBytes(vectorOf(16n, 6n, 6n, 16_384n, 0n, 0n))).toBe(16_384)
  })

  it.each([
    ['a vector without them', vectorOf(16n, 6n, 0n, 0n)],
    ['no vector', '/nowhere/auxv'],
  ])('are 4096 for %s', (_, path) => {
    expect(readPageBytes(path)).toBe(4096)
  })
})
