import { type ChildProcess, fork, spawn } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'

/** The options of a Node module's child process. */
export interface ForkOptions {
  /** Options of the `node` command. */
  execArgv: readonly string[]
  env: NodeJS.ProcessEnv
}

/** The highest value of /proc/<pid>/oom_score_adj (proc_pid_oom_score_adj(5)). */
const KILL_FIRST = '1000'

/**
 * Starts a Node module with a channel for messages, structured clones included. The module calls `dieWithParent`
 * itself. A failed start is an `error` event.
 */
export function forkModule(path: string, { execArgv, env }: ForkOptions): ChildProcess {
  return withHighOomScore(
    fork(path, [], {
      serialization: 'advanced',
      execArgv: [...execArgv],
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    }),
  )
}

/**
 * Starts a command with empty stdin, and stdout and stderr piped. A failed start is an `error` event: its `code` is
 * `ENOENT` if the command is not installed. The kernel kills the command when this process ends (Linux with util-linux;
 * elsewhere a command ends when it next writes to its closed output).
 */
export function spawnCommand(
  command: string,
  args: readonly string[],
  env = withoutToken(process.env),
): ChildProcess {
  const setpriv = findSetpriv()
  // A missing command is spawned directly, so that it is reported as missing.
  const isWrapped = setpriv !== undefined && findCommand(command) !== undefined
  const [file, all] = isWrapped
    ? [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]]
    : [command, [...args]]
  return withHighOomScore(spawn(file, all, { env, stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** An environment for other programs: the token is none of theirs. */
export function withoutToken({ IMGCAST_TOKEN: _, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env
}

/** The path of an executable command, searched for in `PATH`; undefined if it is not installed. */
export function findCommand(command: string): string | undefined {
  const folders = command.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, command)).find(isExecutable)
}

/**
 * `setpriv` of util-linux, which sets PR_SET_PDEATHSIG and executes a command in its own place (setpriv(1)). Node
 * cannot do it between fork and exec. The applet of BusyBox does not know the option.
 */
function findSetpriv(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const path = findCommand('setpriv')
  return path !== undefined && basename(realpathSync(path)) === 'setpriv' ? path : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** If the machine runs out of memory, the kernel should kill this child before the server. */
function withHighOomScore(child: ChildProcess): ChildProcess {
  try {
    writeFileSync(`/proc/${child.pid}/oom_score_adj`, KILL_FIRST)
  } catch {
    // Not Linux, or it has already ended.
  }
  return child
}
