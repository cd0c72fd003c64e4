export { PublicError } from './errors.ts'
export { type Census, createImgcast, type Imgcast, type ImgcastOptions } from './imgcast.ts'
export { type ExpectPictureOptions, expectPicture } from './picture/expect-picture.ts'
export type { Format } from './picture/frame.ts'
export { type RenderedPicture, type RenderOnceOptions, renderOnce } from './render/render-once.ts'
export {
  type Animation,
  brightness,
  type Click,
  type Context,
  cutText,
  defineWidget,
  type EventScope,
  type Limits,
  type LoadScope,
  type Param,
  type ParamSpec,
  type Parser,
  param,
  type RoomScope,
  type RoomState,
  readColor,
  type Scene,
  type ShownPicture,
  type Size,
  type SizeRange,
  type SourceScope,
  type TextOptions,
  type Theme,
  textWidth,
  type Widget,
} from './widget/author.ts'
