import type { Options } from '../../imgcast/options.ts'

/** A message to one of several server processes. A socket comes with `accept`. */
export type ServerMessage =
  /** `group` is the same random text for all of them. */
  | { server: 'start'; options: Options; group: string }
  | { server: 'accept' }
  | { server: 'drain' }
  | { server: 'stop'; signal: NodeJS.Signals }

/** A message of such a process: it can serve. */
export type ReadyMessage = { server: 'ready' }

/** Whether a message on the channel is one of these: the channel also carries the calls of the store. */
export function isServerMessage<M extends ServerMessage | ReadyMessage>(message: unknown): message is M {
  return typeof message === 'object' && message !== null && 'server' in message
}
