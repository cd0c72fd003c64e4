import { createHmac } from 'node:crypto'

/** Begins every secret, so that one is recognised where it should not be. */
export const SECRET_PREFIX = 'whsec_'

/** What is signed. */
export interface SignedMessage {
  id: string
  /** Milliseconds since 1970; what is sent are seconds. */
  time: number
  body: string
}

/**
 * The headers of a signed message, as Standard Webhooks 1.0 wants them: a receiver with the secret can verify that it came
 * from here, unchanged and lately.
 */
export function signatureHeaders(secret: string, { id, time, body }: SignedMessage): Record<string, string> {
  const timestamp = String(Math.floor(time / 1000))
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
