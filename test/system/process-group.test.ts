import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { spawnCommand } from '../../src/system/child-process.ts'
import { ProcessGroup } from '../../src/system/process-group.ts'
import { SupervisedProcess } from '../../src/system/supervised-process.ts'

const groups: ProcessGroup[] = []
afterEach(async () => {
  await Promise.all(groups.splice(0).map((group) => group.close()))
})

function startIn(group: ProcessGroup, script: string, memoryBytes = 2 ** 30): SupervisedProcess {
  const child: SupervisedProcess = new SupervisedProcess(spawnCommand(process.execPath, ['-e', script]), {
    onExit: () => group.delete(child),
  })
  group.add(child, memoryBytes)
  return child
}

function createGroup(): ProcessGroup {
  const group = new ProcessGroup()
  groups.push(group)
  return group
}

test.skipIf(process.platform !== 'linux')(
  'a process that exceeds its memory limit is killed, and the others live',
  async () => {
    const group = createGroup()
    const modest = startIn(group, 'setInterval(() => {}, 1000)')
    const greedy = startIn(
      group,
      'const all = []; setInterval(() => all.push(Buffer.alloc(16 * 2 ** 20, 1)), 10)',
      256 * 2 ** 20,
    )
    expect(await greedy.exited).toMatchObject({ killedFor: 'ran out of memory' })
    expect(group.pids).toEqual([modest.pid])
  },
)

test.skipIf(process.platform !== 'linux')(
  'a process that has nothing to do is limited too, and one that has something to do again',
  async () => {
    const group = createGroup()
    const limit = 256 * 2 ** 20
    const grow = 'const all = []; setInterval(() => all.push(Buffer.alloc(16 * 2 ** 20, 1)), 10)'
    const isIdle = { first: true, second: true }
    const start = (name: keyof typeof isIdle, script: string) => {
      const child: SupervisedProcess = new SupervisedProcess(spawnCommand(process.execPath, ['-e', script]), {
        onExit: () => group.delete(member),
      })
      const member = {
        ...{ pid: child.pid, kill: (reason: string) => child.kill(reason), close: () => child.close() },
        get isIdle() {
          return isIdle[name]
        },
      }
      group.add(member, limit)
      return child
    }
    const idle = start('first', grow)
    const waits = `process.on('SIGUSR2', () => { ${grow} }); setInterval(() => {}, 1000); console.log('waits')`
    const busy = start('second', waits)
    await once(busy.child.stdout as Readable, 'data')
    expect(await idle.exited).toMatchObject({ killedFor: 'ran out of memory' })
    isIdle.second = false
    group.onBusy()
    busy.child.kill('SIGUSR2')
    expect(await busy.exited).toMatchObject({ killedFor: 'ran out of memory' })
    expect(group.pids).toEqual([])
  },
)

test('closing ends all, and leaves no listener on this process', async () => {
  const before = process.listenerCount('exit')
  const group = createGroup()
  const children = [1, 2, 3].map(() => startIn(group, 'for (;;) {}'))
  expect(process.listenerCount('exit')).toBe(before + 1)
  await group.close()
  for (const { pid } of children) expect(() => process.kill(pid as number, 0)).toThrow(/ESRCH/)
  expect(process.listenerCount('exit')).toBe(before)
})
