export { PublicError } from './errors.ts'
export { textWidth } from './picture/text.ts'
export {
  defineWidget,
  type LoadScope,
  type RoomState,
  type Scene,
  type Size,
  type SizeRange,
  type Widget,
} from './widget/define-widget.ts'
export { type Param, type ParamSpec, param } from './widget/param.ts'
