import express, { type RequestHandler } from 'express'

/** The largest body that the API reads. */
export const LARGEST_BODY_BYTES = 65_536

/** Reads a body as JSON, whatever type it claims to be; the handler finds undefined where there is none. */
export function jsonBody(): RequestHandler {
  return express.json({ limit: LARGEST_BODY_BYTES, strict: false, type: () => true })
}
