import { createHmac } from 'node:crypto'

/** The prefix of every secret, so that a leaked one is recognised. */
export const SECRET_PREFIX = 'whsec_'

/** The signed message. */
export interface SignedMessage {
  id: string
  /** Milliseconds since the epoch; the header has seconds. */
  time: number
  body: string
}

/**
 * The headers of a signed message, according to Standard Webhooks 1.0: a receiver with the secret can verify that it is
 * from this server, unchanged and recent.
 */
export function signatureHeaders(secret: string, { id, time, body }: SignedMessage): Record<string, string> {
  const timestamp = String(Math.floor(time / 1000))
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
