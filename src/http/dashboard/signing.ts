import express, { type Request, type Response, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { PublicError } from '../../errors.ts'
import { addressGroup } from '../../system/address-group.ts'
import { refuseOthers } from '../methods.ts'
import { clientAddress, protocolOf } from '../request.ts'
import { isToken } from '../token.ts'
import { checkOrigin } from './check-origin.ts'
import { COOKIE, SESSION_LENGTH, type Session } from './session.ts'

/** What signing in and out takes. */
export interface SigningInit {
  session: Session
  token: string
  /** The address that the outside knows. */
  publicUrl: string | undefined
  /** Where the dashboard is, as a path. */
  homeOf(request: Request): string
  /** Asks for the token, and says what was wrong with the one before. */
  showForm(request: Request, response: Response, fault?: string): void
}

/** Wrong tokens of one address in so many milliseconds; more have to wait, and nobody guesses one so. */
const MAX_TRIES = 10
const TRIES_WINDOW = 60_000
const MAX_FORM_BYTES = 4096

/** `POST /login` and `POST /logout`: the token once, then a cookie, which only the dashboard is sent. */
export function createSigning({ session, token, publicUrl, homeOf, showForm }: SigningInit): Router {
  const router = Router()
  const limit = rateLimit({
    limit: MAX_TRIES,
    windowMs: TRIES_WINDOW,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => addressGroup(clientAddress(request)),
    // What it would warn of, an address behind a proxy that is not trusted, this server says itself.
    validate: false,
    handler: () => {
      throw new PublicError({
        code: 'too-many-tries',
        status: 429,
        caption: 'too many wrong tokens from this address',
        detail: 'Too many wrong tokens came from this address. Wait a minute, then try again.',
        headers: { 'Retry-After': String(TRIES_WINDOW / 1000) },
      })
    },
  })
  const form = express.urlencoded({ extended: false, limit: MAX_FORM_BYTES })
  const sameOrigin = (request: Request, response: Response, next: () => void) => {
    response.set('Cache-Control', 'no-store')
    checkOrigin(request, publicUrl)
    next()
  }
  const cookieOf = (request: Request) =>
    ({
      path: homeOf(request),
      httpOnly: true,
      sameSite: 'strict',
      secure: isSecure(request, publicUrl),
    }) as const
  router
    .route('/login')
    .get((request, response) => response.redirect(303, homeOf(request)))
    .post(sameOrigin, limit, form, (request, response) => {
      const { token: given = '', to = '' } = (request.body ?? {}) as Record<string, unknown>
      if (!isToken(String(given), token)) return showForm(request, response, faultOf(String(given)))
      response.cookie(COOKIE, session.issue(), { ...cookieOf(request), maxAge: SESSION_LENGTH })
      // Always below the dashboard, whatever the form says.
      response.redirect(303, homeOf(request) + (/^[/?]/.test(String(to)) ? String(to) : ''))
    })
    .all(refuseOthers('GET', 'POST'))
  router
    .route('/logout')
    .post(sameOrigin, (request, response) => {
      response.clearCookie(COOKIE, cookieOf(request))
      response.redirect(303, homeOf(request))
    })
    .all(refuseOthers('POST'))
  return router
}

function faultOf(given: string): string {
  return given === '' ? 'Expected the token of this server.' : 'This is not the token of this server.'
}

/** Whether a browser will send a cookie back that is for https only. */
function isSecure(request: Request, publicUrl: string | undefined): boolean {
  if (protocolOf(request) === 'https') return true
  return publicUrl?.startsWith('https:') === true && new URL(publicUrl).host === request.headers.host
}
