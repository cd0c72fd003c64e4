import type { ServerResponse } from 'node:http'
import type { Still } from '../../channel/still.ts'
import { AgeMarks } from '../../picture/age-marks.ts'
import type { Look } from '../../widget/look.ts'
import { deviceOf } from '../../widget/look-device.ts'
import type { FailureLog } from '../failure-log.ts'
import { agedFor } from '../headers.ts'
import type { PictureRequest } from '../request.ts'
import { sendStill } from '../send.ts'

/** Sends stills that are not current: marked with their age, in pixels and in headers, and not to be cached. */
export class AgedStills {
  readonly #marks = new AgeMarks()
  readonly #failures: FailureLog

  constructor(failures: FailureLog) {
    this.#failures = failures
  }

  /** Returns the status and the size of the response. */
  async send(
    request: PictureRequest,
    response: ServerResponse,
    { frame, age = 0, failure }: Still,
    look: Look,
  ): Promise<{ status: 200 | 304; bytes: number }> {
    // The reader sees a picture, and the operator the reason why it is old.
    if (failure) this.#failures.note(request, failure)
    const marked = await this.#marks.add(frame, { ...look, device: deviceOf(look) }, age)
    const headers = agedFor(age, failure !== undefined)
    return { status: sendStill(request, response, marked, headers), bytes: marked.bytes.length }
  }
}
