import { PublicError } from '../errors.ts'

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
