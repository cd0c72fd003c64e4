import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { MAIN, runCommand, useServer } from '../support/command.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const env = { IMGCAST_TOKEN }
const server = useServer(env)
const argsOf = (...args: string[]) => ['series', ...args, '--server', server.url]

async function pipe(input: string, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...argsOf(...args)], { env: { ...process.env, ...env } })
  child.stdin.end(input)
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { errors, code: code as number }
}

describe('imgcast series', () => {
  test('sends the numbers of a pipe, and prints them', async () => {
    const vmstat = ['procs ---', ' r b us', ' 1 0 42', ' 1 0 97'].join('\n')
    expect(await pipe(vmstat, '--column', '3', 'cpu')).toEqual({ code: 0, errors: '' })
    const [printed, none, wrong] = await Promise.all([
      runCommand(argsOf('cpu'), env),
      pipe('no number\n', 'load', '-'),
      runCommand(argsOf('a/b', 'much', '--column', '0', '--ttl', 'soon', '--delete'), env),
    ])
    expect(printed.stdout).toMatch(/^cpu 97 at \d{4}-.*Z\n.+ between 42 and 97 in the last hour\n$/)
    expect(none).toEqual({ code: 1, errors: 'no line had a number in column 1\n' })
    expect(wrong.code).toBe(2)
    const [polled, unpolled] = await Promise.all([
      runCommand(argsOf('far', '--poll', 'https://far.example/', '--query', '$.x', '--every', '1h'), env),
      runCommand(argsOf('far', '7', '--poll', 'nowhere', '--every', '0s', '--ttl', '1m'), env),
    ])
    expect(polled).toMatchObject({ code: 0, stdout: 'far has what https://far.example/ says, every 1h\n' })
    expect(unpolled.code).toBe(2)
    for (const name of ['--poll', '--query', '--every', '--ttl']) expect(unpolled.stderr).toContain(name)
    for (const name of ['[key]', '[number]', '--column', '--ttl', '--delete'])
      expect(wrong.stderr).toContain(name)
  })
})
