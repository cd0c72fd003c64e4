import { badges } from './rows/badges.mjs'
import { capacity } from './rows/capacity.mjs'
import { fanOut } from './rows/fan-out.mjs'
import { frameCost } from './rows/frame-cost.mjs'
import { hotWidget } from './rows/hot-widget.mjs'
import { http2Cost } from './rows/http2.mjs'
import { idle } from './rows/idle.mjs'
import { joinStorm } from './rows/join-storm.mjs'
import { memory } from './rows/memory.mjs'
import { ownRooms } from './rows/own-rooms.mjs'
import { sineCost } from './rows/sine.mjs'
import { socketCost } from './rows/socket-cost.mjs'
import { warmPicture } from './rows/warm-picture.mjs'

/**
 * All rows. A row has a `name`, a `title`, a `target` in words, and `measure(scale)`, which returns lines of
 * `what`, `unit`, `ours`, `control`, and, if there is a target, `value`, `limit` and `holds`.
 */
export const TABLE = [
  frameCost,
  http2Cost,
  socketCost,
  fanOut,
  memory,
  capacity,
  joinStorm,
  idle,
  hotWidget,
  warmPicture,
  sineCost,
  ownRooms,
  badges,
]
