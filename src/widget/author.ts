/// <reference types="node" preserve="true" />
/** The module `imgcast/widget`: everything that widget authors use, without the server. */
export type { Canvas, SKRSContext2D as Context } from '@napi-rs/canvas'
export { createCanvas, Image, ImageData, Path2D } from '@napi-rs/canvas'
export { type Badge, type BadgeSize, type BadgeStyle, OLDER_BADGE_STYLES } from '../picture/badge/badge.ts'
export { badgeSize, badgeSvg } from '../picture/badge/badge-svg.ts'
export { badgeWords } from '../picture/badge/badge-words.ts'
export { drawBadge, loadLogo } from '../picture/badge/draw-badge.ts'
export { drawUptime, type UptimeBar, uptimeSize } from '../picture/badge/draw-uptime.ts'
export { colorOfWord, type Level as StatusLevel } from '../picture/badge/level.ts'
export { type LogoLook, type LogoReading, Logos } from '../picture/badge/logo.ts'
export {
  parseStaticPath as parseBadgePath,
  type StaticPath as BadgePath,
} from '../picture/badge/static-path.ts'
export { type StatusLook, statusBadge } from '../picture/badge/status-badge.ts'
export { readStatus, rollUp, type StatusContent, type StoredStatus } from '../picture/badge/status-content.ts'
export { type UptimeDay, uptimeDays, uptimeShare } from '../picture/badge/uptime.ts'
export { type Box, type BoxesOptions, column, row, type Track } from '../picture/boxes.ts'
export { brightness, parseColor, readColor } from '../picture/color.ts'
export { contrast, readableColor } from '../picture/contrast.ts'
export { type DrawBoxOptions, drawBox } from '../picture/draw-box.ts'
export { drawFrame, drawStrip, type FrameFit, parseCrop } from '../picture/draw-frame.ts'
export {
  drawParagraph,
  measureParagraph,
  type Paragraph,
  type ParagraphOptions,
} from '../picture/draw-paragraph.ts'
export { type DrawTextOptions, drawText } from '../picture/draw-text.ts'
export { toDrawable } from '../picture/drawable.ts'
export { cutText, isRightToLeft, type TextOptions, textWidth } from '../picture/text.ts'
export { dateToTime } from './date.ts'
export { defineWidget } from './define-widget.ts'
export { formatDuration, parseDuration } from './duration.ts'
export { type FailureOptions, failure } from './failure.ts'
export { formatValue, type ValueFormat } from './format-value.ts'
export type { Limits } from './limits.ts'
export { loadImage } from './load-image.ts'
export {
  type DateOptions,
  formatDate,
  formatNumber,
  formatRelative,
  type NumberOptions,
} from './locale.ts'
export type { NumberSeries, SeriesPoint, SeriesRequest } from './number-series.ts'
export { type Palette, toPalette } from './palette.ts'
export { type Param, type ParamSpec, type Parser, param, type Theme } from './param.ts'
export type { HistoryRequest, HistorySpan, HistoryStep, Level, RoomHistory } from './room-history.ts'
export { type Threshold, thresholdColor, toThresholds } from './thresholds.ts'
export { backgroundTone, type Tone } from './tone.ts'
export type {
  AltScene,
  Animation,
  AnimationScope,
  Click,
  ClickScope,
  CollectScope,
  EmbeddedPicture,
  EventScope,
  KeptLoad,
  LoadFunction,
  LoadScope,
  RoomScope,
  RoomState,
  Scene,
  ShowsScope,
  Size,
  SizeRange,
  SizeScope,
  SourceScope,
  Widget,
} from './widget.ts'
export { zoneOffset } from './zone.ts'
