import { AgeMarks } from '../picture/age-marks.ts'
import type { FrameSources } from './channels.ts'
import type { EmbeddedChannels } from './embedded-frames.ts'
import { SharedDrawings } from './shared-drawings.ts'
import type { ChannelSpec } from './spec.ts'
import { WidgetFrameSource, type WidgetFrameSourceInit } from './widget-frame-source.ts'

/** Makes a frame source for each picture of a widget. */
export class WidgetFrameSources implements FrameSources {
  readonly #init: WidgetFrameSourceInit

  constructor(init: Omit<WidgetFrameSourceInit, 'sharedDrawings' | 'marks'>) {
    this.#init = { ...init, sharedDrawings: new SharedDrawings(), marks: new AgeMarks() }
  }

  create(spec: ChannelSpec, channels: EmbeddedChannels): WidgetFrameSource {
    return new WidgetFrameSource(this.#init, spec, channels)
  }
}
