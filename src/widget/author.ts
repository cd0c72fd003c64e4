/** What widget modules import as `imgcast` inside a render process: all that authors use, and no server. */
export { textWidth } from '../picture/text.ts'
export {
  defineWidget,
  type LoadScope,
  type RoomState,
  type Scene,
  type Size,
  type SizeRange,
  type Widget,
} from './define-widget.ts'
export { type Param, type ParamSpec, param } from './param.ts'
