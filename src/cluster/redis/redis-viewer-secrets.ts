import { randomBytes } from 'node:crypto'
import { DAY } from '../minute.ts'
import type { ViewerSecrets } from '../viewer-secrets.ts'
import type { RedisLink } from './redis-link.ts'
import { defineScript } from './redis-script.ts'

/** A day's key is requested from the day before on, and is deleted two days after its day. */
const LIFETIME = 4 * DAY

/** Returns the key of a day: day, the key if it has none yet, milliseconds until it is deleted. */
const SECRET = defineScript(`
local key = P..'secret:'..ARGV[2]
local known = redis.call('GET', key)
if known then return known end
redis.call('SET', key, ARGV[3], 'PX', ARGV[4])
return ARGV[3]
`)

/** The viewer keys' secrets, in Redis: its memory, and its own files if it saves to disk. */
export class RedisViewerSecrets implements ViewerSecrets {
  readonly #link: RedisLink

  constructor(link: RedisLink) {
    this.#link = link
  }

  async ofDay(day: number): Promise<Buffer> {
    const proposed = randomBytes(32).toString('base64')
    const secret = await this.#link.run(SECRET, [`secret:${day}`], day, proposed, LIFETIME)
    return Buffer.from(secret as string, 'base64')
  }
}
