import { PublicError } from '../errors.ts'

/** A picture that nobody waited for any more when its turn came: it was not drawn. */
export class Abandoned extends Error {
  constructor() {
    super('nobody waits for this picture')
    this.name = 'Abandoned'
  }
}

/** A picture that could not be drawn. The caption names the widget; what its code said is for the log only. */
export class RenderError extends PublicError {
  readonly widget: string
  /** Milliseconds before which asking again is no use. */
  readonly retryIn: number

  constructor(
    widget: string,
    reason: string,
    { retryIn = 0, cause }: { retryIn?: number; cause?: unknown } = {},
  ) {
    super({ code: 'widget-failed', status: 500, caption: `${widget} ${reason}`, cause })
    this.name = 'RenderError'
    this.widget = widget
    this.retryIn = retryIn
  }
}

/** What becomes of an open picture whose module was deleted. */
export function noWidget(widget: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption: `no widget ${widget}` })
}

/** The error where more waits to be drawn than anybody would wait for. */
export function tooBusy(): PublicError {
  return new PublicError({
    code: 'too-busy',
    status: 503,
    caption: 'too much to draw, try again later',
    headers: { 'Retry-After': '10' },
  })
}
