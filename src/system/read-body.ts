import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { BodyTap } from './body-tap.ts'

/** The body of a response. */
interface Body {
  message: IncomingMessage
  /** The decoded body. */
  stream(): Readable
  /** That of its connection, if it has one. */
  tap: BodyTap | undefined
}

/** Headers of a body that is not simply all that its connection brings. */
const CODING_HEADERS = ['content-encoding', 'transfer-encoding', 'content-length']

/** Calls back with each piece of a body, in memory that is valid during the call only. Resolves at its end. */
export async function readBody(
  { message, stream, tap }: Body,
  onBytes: (bytes: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  if (!tap || CODING_HEADERS.some((name) => name in message.headers)) {
    for await (const chunk of stream()) onBytes(chunk as Buffer)
    return
  }
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      message.destroy()
      reject(error)
    }
    const take = (bytes: Buffer) => {
      try {
        if (!signal.aborted) onBytes(bytes)
      } catch (error) {
        fail(error as Error)
      }
    }
    if (signal.aborted) return fail(signal.reason as Error)
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
    message.on('error', fail)
    message.on('end', resolve)
    const begun: Buffer | null = message.read()
    if (begun) take(begun)
    tap.open(take)
    message.resume()
  })
}
