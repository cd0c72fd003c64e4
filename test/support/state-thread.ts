import type { Logger } from 'pino'
import { DamageLog } from '../../src/cluster/damage-log.ts'
import type { StateCalls, StateMethod, StateMethods } from '../../src/cluster/state-calls.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import { StateThread } from '../../src/cluster/state-thread.ts'

/** Opens a state file in a thread of its own. */
export function openThread(path: string, log: Logger, damage = new DamageLog(log)): Promise<StateThread> {
  return StateThread.open(path, { log, damage })
}

/** Calls to a state file in this thread: it opens in a millisecond, and blocks. */
export class DirectCalls implements StateCalls {
  readonly #file: StateFile

  constructor(path: string, damage: DamageLog) {
    this.#file = new StateFile(path, (kind, room) => damage.report(kind, room))
  }

  async call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>> {
    const target = (method in this.#file ? this.#file : this.#file.history) as unknown as Record<
      M,
      (...args: Parameters<StateMethods[M]>) => ReturnType<StateMethods[M]>
    >
    return target[method](...args)
  }

  async close(): Promise<void> {
    this.#file.close()
  }
}

/** Calls that can be made to fail as a full disk does, and are counted. */
export class FailingCalls implements StateCalls {
  /** The methods that fail. */
  readonly failing = new Set<StateMethod>()
  readonly made: { method: StateMethod; args: unknown[] }[] = []
  readonly #calls: StateCalls

  constructor(calls: StateCalls) {
    this.#calls = calls
  }

  count(method: StateMethod): number {
    return this.made.filter((call) => call.method === method).length
  }

  async call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>> {
    this.made.push({ method, args })
    if (this.failing.has(method)) throw new Error('database or disk is full')
    return this.#calls.call(method, ...args)
  }
}
