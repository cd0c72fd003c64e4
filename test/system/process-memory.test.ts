import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { spawnCommand } from '../../src/system/child-process.ts'
import { ProcessMemory } from '../../src/system/process-memory.ts'
import { SupervisedProcess } from '../../src/system/supervised-process.ts'

describe.skipIf(process.platform !== 'linux')('the memory of a process', () => {
  test('is the resident memory that the kernel reports', () => {
    const memory = new ProcessMemory(process.pid)
    const [, before] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    const bytes = memory.read()
    memory.close()
    expect(Math.abs(bytes - Number(before) * 1024)).toBeLessThan(32 * 2 ** 20)
  })

  test('grows with the memory of the process', () => {
    const memory = new ProcessMemory(process.pid)
    const before = memory.read()
    const block = Buffer.alloc(64 * 2 ** 20, 1)
    expect(memory.read() - before).toBeGreaterThan(block.length / 2)
    memory.close()
  })

  test('is 0 when it has ended', async () => {
    const child = new SupervisedProcess(spawnCommand('sleep', ['60']))
    const memory = new ProcessMemory(child.pid)
    await child.close()
    expect(memory.read()).toBe(0)
    memory.close()
  })

  test('cannot be read if there is no such process', () => {
    expect(() => new ProcessMemory(undefined)).toThrow(/ENOENT/)
  })
})
