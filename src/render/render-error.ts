import { PublicError, storeUnavailable } from '../errors.ts'
import type { Job, ShownFailure } from './protocol.ts'

/** A picture was not drawn, because no viewer waited for it when its turn came. */
export class Abandoned extends Error {
  constructor() {
    super('no viewer waits for this picture')
    this.name = 'Abandoned'
  }
}

/** A picture could not be drawn. The caption names the widget; the widget's own message is only logged. */
export class RenderError extends PublicError {
  readonly widget: string

  constructor(
    widget: string,
    reason: string,
    { retryIn = 0, cause }: { retryIn?: number; cause?: unknown } = {},
  ) {
    super({ code: 'widget-failed', status: 500, caption: `${widget} ${reason}`, retryIn, cause })
    this.name = 'RenderError'
    this.widget = widget
  }
}

/** The error for an open picture whose module was deleted. */
export function noWidget(widget: string): PublicError {
  return new PublicError({
    code: 'not-found',
    status: 404,
    caption: 'the widget of this picture is gone',
    detail: `no widget ${widget}`,
  })
}

/** A mistake of a widget's author. Its message is our own, and shown after the widget's name. */
export class AuthorMistake extends Error {}

/** Turns an error from a render process into what its caller gets. */
export function toJobError(message: string, stack: string, shown: ShownFailure | undefined): Error {
  if (shown?.kind === 'too-large') return tooLarge(message)
  if (shown?.kind === 'unavailable') return storeUnavailable(message)
  if (shown?.kind === 'failure') return widgetFailure(message, stack, shown.status)
  const error = shown ? new AuthorMistake(message) : new Error(message)
  error.stack = stack
  return error
}

/** The error for parameters that make a picture too large, which only its drawing could know. */
function tooLarge(detail: string): PublicError {
  return new PublicError({ code: 'bad-parameter', status: 400, caption: 'the picture is too large', detail })
}

/** An error that the widget threw with words of its own for its viewers. Its stack is kept where it is to be logged. */
function widgetFailure(words: string, stack: string, status: number): PublicError {
  const cause = status >= 500 ? Object.assign(new Error(words), { stack }) : undefined
  return new PublicError({ code: 'widget-error', status, caption: words, cause })
}

/** The error when the queue is longer than any client would wait for. */
export function tooBusy(): PublicError {
  return new PublicError({
    code: 'too-busy',
    status: 503,
    caption: 'too much to draw, try again later',
    headers: { 'Retry-After': '10' },
  })
}

/** Describes the failed job, as an error card shows it after the widget's name. */
export function describeFailedJob({ output, event }: Job, error: unknown): string {
  if (error instanceof AuthorMistake) return error.message.replaceAll('`', '')
  if (output === 'event') return `failed to handle a ${event?.type}`
  return output === 'reading' ? 'failed to read its parameters' : 'failed to draw'
}
