/** A channel between a process and the one that started it, which delivers structured clones in order. */
export interface SiblingsChannel {
  post(message: SiblingsMessage): void
  onMessage(listener: (message: SiblingsMessage) => void): void
}

/** A question of one process, sent to all; the answer of each; all answers. */
export type SiblingsMessage = {
  siblings:
    | { asked: string; id: number }
    | { question: string; number: number }
    | { answer: unknown; number: number }
    | { answers: unknown[]; id: number }
}

/** Whether a message of a channel that others use too is one of these. */
export function isSiblingsMessage(message: unknown): message is SiblingsMessage {
  return typeof message === 'object' && message !== null && 'siblings' in message
}
