import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const module = fileURLToPath(new URL('../../../dist/src/cli/serve/keep-running.js', import.meta.url))

/** Runs code in a process of its own, with `keepRunning` in it; returns the exit code and the logged lines. */
async function run(code: string) {
  const script = `
    import { keepRunning } from ${JSON.stringify(module)}
    const line = (level) => (facts, text) => console.log(level, facts.origin ?? facts.errors, text)
    keepRunning({ log: { error: line('error'), fatal: line('fatal') }, stop: () => process.exit(1) })
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, lines: output.trim().split('\n') }
}

describe('an unhandled error', () => {
  test('is logged, and the process continues', async () => {
    const { exitCode, lines } = await run(`
      setImmediate(() => { throw new Error('thrown') })
      Promise.reject(new Error('rejected'))
      Promise.reject(undefined)
      setTimeout(() => console.log('still here'), 50)`)
    expect(exitCode).toBe(0)
    expect(lines.sort()).toEqual([
      'error uncaughtException unhandled error, please report it',
      'error unhandledRejection unhandled error, please report it',
      'error unhandledRejection unhandled error, please report it',
      'still here',
    ])
  })

  test('stops the process if it occurs more than ten times in a minute', async () => {
    const { exitCode, lines } = await run(`
      for (let count = 0; count < 20; count += 1) setImmediate(() => { throw new Error('thrown') })
      setTimeout(() => console.log('still here'), 1_000)`)
    expect(exitCode).toBe(1)
    expect(lines).toHaveLength(12)
    expect(lines.at(-1)).toBe('fatal 11 too many unhandled errors in a minute, stopping')
  })
})
