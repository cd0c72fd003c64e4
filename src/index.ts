/// <reference types="node" preserve="true" />
/** The module `imgcast`: the server in an app. */
import './refuse-widgets.ts'

export type { ClusterParts, Driver, DriverInit } from './cluster/driver.ts'
export { type Fault, PublicError } from './errors.ts'
export { createImgcast } from './imgcast.ts'
export type { Imgcast, ImgcastOptions, Stats } from './imgcast-interface.ts'
export type { Format } from './picture/frame.ts'
