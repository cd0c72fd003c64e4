import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { runCommand } from '../support/command.ts'
import { describeWith, toolPath } from '../support/tools.ts'

let folder: string
const script = (shell: string) => join(folder, shell)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await runCommand(['completion', shell])
    expect([code, stderr]).toEqual([0, ''])
    writeFileSync(script(shell), stdout)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const NAMES = Object.keys(COMMANDS)
/** Words on the command line, and some of what completes the last. */
const CASES: [words: string[], completed: string[]][] = [
  [['st'], ['status']],
  [['--max-con'], ['--max-connections', '--max-connections-per-address']],
  [['hooks', 'a'], ['add']],
  [['hooks', 'add', '--w'], ['--when']],
  [['completion', 'fi'], ['fish']],
]

test('an unknown shell is refused', async () => {
  const { code, stderr } = await runCommand(['completion', 'csh'])
  expect([code, stderr]).toEqual([2, 'shell: expected bash, zsh, fish, got "csh"\n'])
})

describe('completion in bash', () => {
  const complete = (words: string[]) => {
    const line = ['imgcast', ...words].map((word) => `'${word}'`).join(' ')
    const run = `. '${script('bash')}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _imgcast; printf '%s\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8' }).trim().split('\n')
  }

  test.each(CASES)('%j', (words, completed) => expect(complete(words)).toEqual(completed))

  test('every command', () => expect(complete([''])).toEqual(expect.arrayContaining(NAMES)))

  test('the value of a flag is left to file names', () => expect(complete(['--widgets', ''])).toEqual(['']))
})

describeWith(['fish'], 'completion in fish', () => {
  const complete = (words: string[]) =>
    execFileSync(
      toolPath('fish'),
      ['--no-config', '-c', `source '${script('fish')}'; complete -C "imgcast ${words.join(' ')}"`],
      { encoding: 'utf8', env: { ...process.env, HOME: folder } },
    )
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0])

  test.each(CASES)('%j', (words, completed) => expect(complete(words)).toEqual(completed))

  test('every command', () => expect(complete([''])).toEqual(expect.arrayContaining(NAMES)))
})

describeWith(['zsh'], 'completion in zsh', () => {
  test('the script is registered', () => {
    const run = `autoload -Uz compinit; compinit -u -D; source '${script('zsh')}'; print $_comps[imgcast]`
    expect(execFileSync(toolPath('zsh'), ['-f', '-c', run], { encoding: 'utf8' })).toBe('_imgcast\n')
  })
})
