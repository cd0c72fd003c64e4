import type { ClusterObserver } from './observer.ts'
import { OPERATION, type StateCalls, type StateMethod, type StateMethods } from './state-calls.ts'

/** Passes calls on to a state file, and reports each failure. */
export class ObservedCalls implements StateCalls {
  readonly #calls: StateCalls
  readonly #observer: ClusterObserver

  constructor(calls: StateCalls, observer: ClusterObserver) {
    this.#calls = calls
    this.#observer = observer
  }

  async call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>> {
    try {
      return await this.#calls.call(method, ...args)
    } catch (error) {
      this.#observer.storeFailed(OPERATION[method])
      throw error
    }
  }
}
