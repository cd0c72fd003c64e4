import { PublicError } from '../errors.ts'
import type { Job } from './protocol.ts'

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

/** The error for parameters that make a picture too large, which only its drawing could know. */
export function tooLarge(detail: string): PublicError {
  return new PublicError({ code: 'bad-parameter', status: 400, caption: 'the picture is too large', detail })
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
export function describeFailedJob({ output, event }: Job): string {
  if (output === 'event') return `failed to handle a ${event?.type}`
  return output === 'reading' ? 'failed to read its parameters' : 'failed to draw'
}
