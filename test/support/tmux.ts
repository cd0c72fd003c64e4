import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from './tools.ts'

const PROMPT = '$'

/** A terminal of a known size with a shell in it, whose screen can be read. */
export interface TestTerminal {
  /** Types keys by their names in tmux: `q`, `Enter`, `C-c`. */
  press(...keys: string[]): void
  /** Types a line, and presses Enter. */
  type(line: string): void
  resize(width: number, height: number): void
  /** The lines that are on the screen; `styled` with their escape sequences. */
  screen(styled?: 'styled'): string[]
  /** Whether the screen beside the shell's is shown, and whether there is a cursor. */
  modes(): { isOtherScreen: boolean; hasCursor: boolean }
  /** Whether the shell waits for a line: what is typed earlier may get lost. */
  isPrompt(): boolean
  /** The process that the shell waits for. */
  child(): number
  close(): void
}

/** Starts a tmux server of its own. @param env what the shell has besides a search path */
export function startTerminal(
  width: number,
  height: number,
  env: Readonly<Record<string, string>>,
): TestTerminal {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-tmux-'))
  const tmux = (...args: string[]) =>
    execFileSync(toolPath('tmux'), ['-u', '-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
    })
  const variables = Object.entries({ LC_ALL: 'C.UTF-8', PS1: `${PROMPT} `, ...env }).map(
    ([name, value]) => `${name}=${value}`,
  )
  tmux('new-session', '-d', '-x', `${width}`, '-y', `${height}`, 'env', ...variables, 'sh')
  const capture = (styled?: 'styled') =>
    tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))
      .replace(/\n$/, '')
      .split('\n')
  const ask = (format: string) => tmux('display-message', '-p', format).trim()
  return {
    press: (...keys) => void tmux('send-keys', ...keys),
    type(line) {
      tmux('send-keys', '-l', line)
      tmux('send-keys', 'Enter')
    },
    resize: (columns, rows) => void tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`),
    screen: capture,
    modes() {
      const [other, cursor] = ask('#{alternate_on} #{cursor_flag}').split(' ')
      return { isOtherScreen: other === '1', hasCursor: cursor === '1' }
    },
    isPrompt: () => capture().findLast((line) => line !== '') === PROMPT,
    child() {
      const shell = ask('#{pane_pid}')
      const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')
      return Number(child)
    },
    close() {
      tmux('kill-server')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
