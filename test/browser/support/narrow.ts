import type { RequestHandler } from 'express'

/** The width of a common telephone, in CSS pixels. */
export const NARROW = 390

/**
 * Shows `?page=` in a window as narrow as a telephone's; served from the page's own origin, so that a test may look
 * inside.
 */
export const narrowWindow: RequestHandler = ({ query }, response) => {
  const style = `width:${NARROW}px;height:600px;border:0`
  response
    .type('html')
    .send(`<!doctype html><body style="margin:0"><iframe src="${query.page}" style="${style}">`)
}
