import { describe, expect, test } from 'vitest'
import { findCommand, spawnCommand } from '../../src/system/child-process.ts'
import {
  type ProcessExit,
  SupervisedProcess,
  type SupervisionInit,
} from '../../src/system/supervised-process.ts'

function start(script: string, init?: SupervisionInit): SupervisedProcess {
  return new SupervisedProcess(spawnCommand(process.execPath, ['-e', script]), init)
}

describe('a supervised process', () => {
  test('reports its exit code and the last text of stderr', async () => {
    const exit = await start('console.error("no such camera"); process.exitCode = 3').exited
    expect(exit).toMatchObject({
      code: 3,
      signal: null,
      error: undefined,
      killedFor: undefined,
      closed: false,
    })
    expect(exit.tail).toBe('no such camera')
  })

  test('passes on each line of its text outputs, and leaves the others to the caller', async () => {
    const lines: string[] = []
    const child = start('console.log("frame"); console.error("one"); console.error("two")', {
      onLine: (line) => lines.push(line),
    })
    const chunks: Buffer[] = []
    child.child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    await child.exited
    expect(lines).toEqual(['one', 'two'])
    expect(Buffer.concat(chunks).toString()).toBe('frame\n')
  })

  test('reports why it was killed, and calls its listener once', async () => {
    const exits: ProcessExit[] = []
    const child = start('setInterval(() => {}, 1000)', { onExit: (exit) => exits.push(exit) })
    child.kill('no frame for 10 s')
    child.kill('something else')
    await child.exited
    expect(exits).toMatchObject([{ signal: 'SIGKILL', killedFor: 'no frame for 10 s', closed: false }])
    expect(child.dead).toBe(true)
  })

  test('a kill from outside has no reason of ours', async () => {
    const child = start('setInterval(() => {}, 1000)')
    process.kill(child.pid as number, 'SIGKILL')
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL', killedFor: undefined })
  })

  test('closing resolves when an endless loop has ended too', async () => {
    const child = start('for (;;) {}')
    await child.close()
    expect(() => process.kill(child.pid as number, 0)).toThrow(/ESRCH/)
    expect(await child.exited).toMatchObject({ closed: true })
  })

  test('a command that is not installed is an exit with ENOENT', async () => {
    const exit = await new SupervisedProcess(spawnCommand('no-such-command-here', [])).exited
    expect(exit.error?.code).toBe('ENOENT')
  })
})

test('a command is found on the path, and by its own path', () => {
  expect(findCommand('node-that-is-not-here')).toBeUndefined()
  expect(findCommand(process.execPath)).toBe(process.execPath)
  expect(findCommand('sh')).toMatch(/\/sh$/)
})
