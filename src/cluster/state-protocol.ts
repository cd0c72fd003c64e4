import type { StateMethod } from './state-calls.ts'

/** A request of the main thread to the thread with the state file. Each gets one reply, in the same order. */
export type StateRequest =
  | { id: number; method: 'open'; args: [path: string] }
  | { id: number; method: 'close'; args: [] }
  | { id: number; method: StateMethod; args: unknown[] }

/** The result or the error of a request. */
export type StateReply =
  | { id: number; result: unknown }
  | { id: number; error: { message: string; detail?: string; isTaken?: boolean } }

/** Sent without a request: a row is damaged. */
export interface DamageReport {
  damaged: string
  room: string
}
