import express, { type Request, type Response, Router } from 'express'
import { PublicError } from '../../errors.ts'
import type { FailureLog } from '../failure-log.ts'
import { refuseOthers } from '../methods.ts'
import { protocolOf } from '../request.ts'
import { COOKIE, SESSION_LENGTH, type Sessions } from '../sessions.ts'
import { type TokenGuard, WRONG_TOKEN } from '../token-guard.ts'
import { checkOrigin } from './check-origin.ts'

/** The parts that signing in and out needs. */
export interface SigningInit {
  sessions: Sessions
  guard: TokenGuard
  failures: FailureLog
  /** The public address. */
  publicUrl: string | undefined
  /** The dashboard's path. */
  homeOf(request: Request): string
  /** The paths that the cookie is sent to. */
  cookiePathsOf(request: Request): string[]
  /** Sends the form for the token, with the error of the previous attempt. */
  showForm(request: Request, response: Response, fault?: string): void
}

const MAX_FORM_BYTES = 4096
const WRONG = new PublicError({ code: WRONG_TOKEN, status: 401, caption: 'wrong token' })

/** `POST /login` and `POST /logout`: accepts the token once and sets a cookie, limited to the dashboard and the API's events. */
export function createSigning({
  sessions,
  guard,
  failures,
  publicUrl,
  homeOf,
  cookiePathsOf,
  showForm,
}: SigningInit): Router {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: MAX_FORM_BYTES })
  const sameOrigin = (request: Request, response: Response, next: () => void) => {
    response.set('Cache-Control', 'no-store')
    checkOrigin(request, publicUrl)
    next()
  }
  const cookiesOf = (request: Request) =>
    cookiePathsOf(request).map(
      (path) => ({ path, httpOnly: true, sameSite: 'strict', secure: isSecure(request, publicUrl) }) as const,
    )
  router
    .route('/login')
    .get((request, response) => response.redirect(303, homeOf(request)))
    .post(sameOrigin, form, async (request, response) => {
      const { token: given = '', to = '' } = (request.body ?? {}) as Record<string, unknown>
      if (!guard.accepts(String(given))) {
        if (given !== '') {
          if (await guard.countWrong(request)) throw tooManyTries()
          failures.note(request, WRONG)
        }
        return showForm(request, response, faultOf(String(given)))
      }
      const cookie = await sessions.begin()
      for (const about of cookiesOf(request))
        response.cookie(COOKIE, cookie, { ...about, maxAge: SESSION_LENGTH })
      // Always below the dashboard, whatever the form says.
      response.redirect(303, homeOf(request) + (/^[/?]/.test(String(to)) ? String(to) : ''))
    })
    .all(refuseOthers('GET', 'POST'))
  router
    .route('/logout')
    .post(sameOrigin, async (request, response) => {
      await sessions.revoke(request)
      for (const about of cookiesOf(request)) response.clearCookie(COOKIE, about)
      response.redirect(303, homeOf(request))
    })
    .all(refuseOthers('POST'))
  return router
}

function tooManyTries(): PublicError {
  return new PublicError({
    code: WRONG_TOKEN,
    status: 429,
    caption: 'too many wrong tokens from this address',
    detail: 'This address sent too many wrong tokens. Wait a minute, then try again.',
    headers: { 'Retry-After': '60' },
  })
}

function faultOf(given: string): string {
  return given === '' ? 'Expected the token of this server.' : 'This is not the token of this server.'
}

/** Whether the browser uses https, so that it returns a `Secure` cookie. */
function isSecure(request: Request, publicUrl: string | undefined): boolean {
  if (protocolOf(request) === 'https') return true
  return publicUrl?.startsWith('https:') === true && new URL(publicUrl).host === request.headers.host
}
