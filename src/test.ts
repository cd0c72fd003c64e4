/// <reference types="node" preserve="true" />
/** The module `imgcast/test`: the functions of a widget, run once without a server. */
export { type ExpectPictureOptions, expectPicture } from './picture/expect-picture.ts'
export { type ClickOnceOptions, clickOnce } from './render/click-once.ts'
export { collectOnce } from './render/collect-once.ts'
export { joinOnce, leaveOnce } from './render/join-once.ts'
export type { OnceOptions, OnceResult } from './render/once.ts'
export { type RenderedPicture, type RenderOnceOptions, renderOnce } from './render/render-once.ts'
export { type StartedSource, type StartOnceOptions, startOnce } from './render/start-once.ts'
