/// <reference types="node" preserve="true" />
/** The module `imgcast`: the server in an app. */
import './imgcast/refuse-widgets.ts'

export type { LiveEvent } from './channel/room-events.ts'
export type { ClusterParts, Driver, DriverInit } from './cluster/driver.ts'
export type { NodeRedisClient } from './cluster/redis/from-node-redis.ts'
export type { RedisClient } from './cluster/redis/redis-client.ts'
export { type RedisClusterOptions, redisCluster } from './cluster/redis/redis-cluster.ts'
export { type Fault, PublicError } from './errors.ts'
export type { PictureFile } from './http/picture/host-pictures.ts'
export type { HostEventMap, HostEvents } from './imgcast/host-events.ts'
export type { HostRoom, RoomCounts } from './imgcast/host-room.ts'
export type { Imgcast, ImgcastOptions, Stats } from './imgcast/imgcast-interface.ts'
export type { WidgetInfo } from './imgcast/widget-list.ts'
export { createImgcast } from './imgcast.ts'
export type { Format } from './picture/frame.ts'
export type { HistorySpan, HistoryStep, RoomHistory } from './widget/room-history.ts'
