import type { Request, Response } from 'express'
import type { PublicError } from '../../errors.ts'
import { UNCACHED } from '../headers.ts'
import type { Pages } from '../page/pages.ts'
import { wantsPage } from '../purpose.ts'
import { sendProblem } from '../send-error.ts'

const CLICK = /^\/[^/]+(?:\/[^/]+)?\/click(?:\/[^/]*)?$/
/** The frames that a page has for the responses to clicks. */
const FRAMES: readonly unknown[] = ['iframe', 'frame', 'fencedframe']

/**
 * Sends the error of a call. A reader whose click is refused gets the reason in words, in the frame that the link or the form
 * names. Without such a frame the response would replace the page that the reader is on: a move that the rules do not allow,
 * 409, leaves the page alone, because its picture shows whose turn it is.
 */
export function sendCallError(
  pages: Pick<Pages, 'refusedClick'>,
): (request: Request, response: Response, error: PublicError) => void {
  return (request, response, error) => {
    if (!CLICK.test(request.path) || !wantsPage(request.headers)) return sendProblem(request, response, error)
    const isFrame = FRAMES.includes(request.headers['sec-fetch-dest'])
    if (error.status === 409 && !isFrame) return void response.writeHead(204, UNCACHED).end()
    pages.refusedClick(request, response, error)
  }
}
