import { describe, expect, test } from 'vitest'
import { spawnCommand } from '../../src/system/child-process.ts'
import { ProcessCpu } from '../../src/system/process-cpu.ts'
import { SupervisedProcess } from '../../src/system/supervised-process.ts'

describe.skipIf(process.platform !== 'linux')('the processor time of a process', () => {
  test('equals the process’s own measurement', () => {
    const cpu = new ProcessCpu(process.pid)
    const { user, system } = process.cpuUsage()
    const measured = (user + system) / 1000
    expect(cpu.read()).toBeGreaterThan(measured - 100)
    expect(cpu.read()).toBeLessThan(measured + 1000)
    cpu.close()
  })

  test('is the last known when the process has ended', async () => {
    const script =
      'for (let n = 0; process.cpuUsage().user < 200_000; n += 1); process.stderr.write("done\\n"); setInterval(() => {}, 1000)'
    let onLine = () => {}
    const done = new Promise<void>((resolve) => {
      onLine = resolve
    })
    const child = new SupervisedProcess(spawnCommand(process.execPath, ['-e', script]), { onLine })
    const cpu = new ProcessCpu(child.pid)
    await done
    const used = cpu.read()
    expect(used).toBeGreaterThanOrEqual(200)
    await child.close()
    expect(cpu.read()).toBe(used)
    cpu.close()
  })

  test('cannot be read if there is no such process', () => {
    expect(() => new ProcessCpu(undefined)).toThrow(/ENOENT/)
  })
})
