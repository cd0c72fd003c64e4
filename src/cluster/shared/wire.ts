import { PublicError } from '../../errors.ts'
import type { Change } from '../bus.ts'
import type { NodeReport } from '../cluster-report.ts'
import type { Counts } from '../presence.ts'
import { StoreError } from '../store-error.ts'

/** A channel between two processes that delivers structured clones in order, such as the one of `child_process.fork`. */
export interface PartsChannel {
  post(message: Message): void
  onMessage(listener: (message: Message) => void): void
}

/** A call of a process, and the reply to it. Without an id there is none. */
export type Call = { id?: number; call: string; args: unknown[] }
export type Reply = { id: number; value: unknown } | { id: number; error: WireError }
/** What the host reports without a call: changes of rooms, with their counts if they are known. */
export type Notice =
  | { changes: [room: string, change: Change, counts: Counts | undefined][] }
  | { nodes: NodeReport[] }
  | { fault: string | undefined }

export type Message = { parts: Call | Reply | Notice }

/** An error as plain data: a structured clone has no fields of our own. */
export interface WireError {
  name: string
  message: string
  details: object
}

/** Whether a message of a channel that others use too is one of these. */
export function isMessage(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'parts' in message
}

export function toWireError(error: unknown): WireError {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (error instanceof PublicError) {
    const { code, status, caption, faults, headers, retryIn } = error
    return { name, message, details: { code, status, caption, detail: message, faults, headers, retryIn } }
  }
  if (error instanceof StoreError)
    return { name, message, details: { detail: error.detail, isTaken: error.isTaken } }
  return { name, message, details: {} }
}

export function fromWireError({ name, message, details }: WireError): Error {
  switch (name) {
    case 'PublicError':
      return new PublicError(details as ConstructorParameters<typeof PublicError>[0])
    case 'StoreError': {
      const { detail, isTaken } = details as StoreError
      return new StoreError(detail, { isTaken })
    }
    case 'TypeError':
      return new TypeError(message)
    case 'RangeError':
      return new RangeError(message)
    default:
      return new Error(message)
  }
}
