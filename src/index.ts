export { PublicError } from './errors.ts'
export { type Census, createImgcast, type Imgcast, type ImgcastOptions } from './imgcast.ts'
export {
  defineWidget,
  type LoadScope,
  type Param,
  type ParamSpec,
  param,
  type RoomState,
  type Scene,
  type Size,
  type SizeRange,
  textWidth,
  type Widget,
} from './widget/author.ts'
