import type { Logger } from 'pino'

/** Milliseconds until the same kind of damage is logged again. */
const QUIET_TIME = 3_600_000

/** Logs rows that cannot be read: each kind once an hour, with the number since the last line. */
export class DamageLog {
  readonly #log: Logger
  readonly #now: () => number
  readonly #kinds = new Map<string, { loggedAt: number; count: number }>()

  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log
    this.#now = now
  }

  /** @param name the name of the value, or `history` */
  report(name: string, room: string): void {
    const kind = kindOf(name)
    const known = this.#kinds.get(kind) ?? { loggedAt: Number.NEGATIVE_INFINITY, count: 0 }
    this.#kinds.set(kind, known)
    known.count += 1
    if (this.#now() - known.loggedAt < QUIET_TIME) return
    this.#log.error({ kind, room, rows: known.count }, 'store has damaged rows, which are skipped')
    Object.assign(known, { loggedAt: this.#now(), count: 0 })
  }
}

/** The kind of a name: the server's own names are few, while widgets' names are unlimited and count as one kind. */
function kindOf(name: string): string {
  if (name.startsWith('$')) return name.split(':', 1)[0] ?? name
  return name === 'history' ? name : 'state'
}
