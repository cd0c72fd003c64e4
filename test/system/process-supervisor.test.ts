import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { spawnCommand } from '../../src/system/child-process.ts'
import { ProcessGroup } from '../../src/system/process-group.ts'
import { ProcessSupervisor, type SupervisorInit } from '../../src/system/process-supervisor.ts'
import { eventually } from '../support/eventually.ts'

const isLinux = process.platform === 'linux'
const group = new ProcessGroup()
const supervisors: ProcessSupervisor[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.stop()))
})

function supervise(command: string, args: string[], more: Partial<SupervisorInit> = {}): ProcessSupervisor {
  const supervisor = new ProcessSupervisor({
    spawn: () => spawnCommand(command, args),
    group,
    memoryBytes: 2 ** 30,
    ...more,
  })
  supervisors.push(supervisor)
  return supervisor
}

/** The children of a process by state: `Z` is a zombie (proc_pid_stat(5)). */
function statesOfChildren(parent: number): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const [state, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return Number(ppid) === parent ? [state as string] : []
    } catch {
      return []
    }
  })
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('a supervisor', () => {
  test('restarts a process that was killed from outside', async () => {
    const supervisor = supervise('sleep', ['60'])
    supervisor.start()
    const first = supervisor.process?.pid as number
    process.kill(first, 'SIGKILL')
    await eventually(() => {
      expect(supervisor.process?.pid).toBeGreaterThan(0)
      expect(supervisor.process?.pid).not.toBe(first)
    })
  })

  test('restarts at once, then after 1, 5, 10 and 60 s, and never gives up', async () => {
    const pauses: number[] = []
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const supervisor = supervise('false', [], { onExit: (_, pause) => pauses.push(pause) })
    supervisor.start()
    for (const [index, pause] of [0, 1_000, 5_000, 10_000, 60_000, 60_000].entries()) {
      await vi.waitFor(() => expect(pauses).toHaveLength(index + 1))
      expect(pauses.at(-1)).toBe(pause)
      vi.advanceTimersByTime(pause)
    }
    await supervisor.stop()
  })

  test('a process that ran long enough is restarted at once again', async () => {
    const pauses: number[] = []
    const supervisor = supervise('false', [], {
      pauses: [0, 3_600_000],
      healthyAfter: 0,
      onExit: (_, pause) => pauses.push(pause),
    })
    supervisor.start()
    await eventually(() => expect(pauses.length).toBeGreaterThan(3))
    expect(new Set(pauses)).toEqual(new Set([0]))
  })

  test('reports why a process ended, with the reason it was killed for', async () => {
    const reasons: (string | undefined)[] = []
    const supervisor = supervise('sleep', ['60'], { onExit: ({ killedFor }) => reasons.push(killedFor) })
    supervisor.start()
    supervisor.kill('no frame for 10 s')
    await eventually(() => expect(reasons).toEqual(['no frame for 10 s']))
  })

  test('reports a command that is not installed, and one that cannot be spawned', async () => {
    const errors: string[] = []
    const onExit: SupervisorInit['onExit'] = ({ error }) => errors.push(`${error?.code}`)
    supervise('no-such-command-here', [], { onExit, pauses: [3_600_000] }).start()
    const spawnThrows = (): ChildProcess => {
      throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' })
    }
    supervise('', [], { spawn: spawnThrows, onExit, pauses: [3_600_000] }).start()
    await eventually(() => expect(errors.sort()).toEqual(['ENOENT', 'ENOMEM']))
  })

  test('a stop during the pause is final', async () => {
    let exits = 0
    const supervisor = supervise('false', [], { onExit: () => (exits += 1), pauses: [20] })
    supervisor.start()
    await eventually(() => expect(exits).toBe(1))
    await supervisor.stop()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(exits).toBe(1)
    expect(supervisor.process).toBeUndefined()
  })

  test.skipIf(!isLinux)('never runs two, and leaves no zombie, in 200 quick starts and stops', async () => {
    let running = 0
    let most = 0
    const before = statesOfChildren(process.pid).length
    const supervisor = supervise('sleep', ['60'], {
      spawn: () => {
        const child = spawnCommand('sleep', ['60'])
        running += 1
        most = Math.max(most, running)
        child.once('exit', () => (running -= 1))
        return child
      },
    })
    for (let cycle = 0; cycle < 200; cycle += 1) {
      supervisor.start()
      // Every third stop is awaited: the others overlap with the next start.
      const stopped = supervisor.stop()
      if (cycle % 3 === 0) await stopped
    }
    supervisor.start()
    await eventually(() => expect(supervisor.process?.pid).toBeGreaterThan(0))
    await supervisor.stop()
    expect(most).toBe(1)
    expect(running).toBe(0)
    expect(statesOfChildren(process.pid).length).toBe(before)
    expect(group.pids).toEqual([])
  })

  test.skipIf(!isLinux)('its process does not outlive the server, even one that never looks up', async () => {
    const modules = ['child-process', 'process-group', 'process-supervisor']
    const imports = modules.map((name) => {
      const url = new URL(`../../dist/src/system/${name}.js`, import.meta.url)
      return `await import(${JSON.stringify(url.href)})`
    })
    const script = `
      const [{ spawnCommand }, { ProcessGroup }, { ProcessSupervisor }] = [${imports.join(', ')}]
      const supervisor = new ProcessSupervisor({
        spawn: () => spawnCommand(process.execPath, ['-e', 'console.error("up"); for (;;) {}']),
        group: new ProcessGroup(),
        memoryBytes: 2 ** 30,
        onLine: () => console.log(supervisor.process.pid),
      })
      supervisor.start()`
    const server = spawn(process.execPath, ['--input-type=module', '-e', script])
    const [output] = (await once(server.stdout, 'data')) as [Buffer]
    const pid = Number(output.toString())
    expect(isRunning(pid)).toBe(true)
    server.kill('SIGKILL')
    await eventually(() => expect(isRunning(pid)).toBe(false))
  })
})
