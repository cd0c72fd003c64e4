import { createHash } from 'node:crypto'

/** A Lua script and its hash. */
export interface RedisScript {
  readonly source: string
  readonly sha: string
}

/** Begins every script: `P` is the prefix of all keys. */
const START = `local P = ARGV[1]
local function whole(number) return string.format('%.0f', number) end
`

/** The functions that several scripts need, by the part that they change. */
const RECORDS = `
-- Lists a room by its last activity among those that may be forgotten.
local function list_idle(room)
  local fields = redis.call('HMGET', P..'room:'..room, '#peak', '#seen', '#written')
  local peak, seen, written = tonumber(fields[1] or '0'), fields[2], tonumber(fields[3] or '0')
  for level = 0, 1 do
    if seen and written == 0 and peak == level then redis.call('ZADD', P..'idle'..level, seen, room)
    else redis.call('ZREM', P..'idle'..level, room) end
  end
end
local function add_record(room, since, peak, day, day_peak, seen)
  local key = P..'room:'..room
  local known = redis.call('HMGET', key, '#since', '#peak', '#day', '#dayPeak', '#seen')
  local old_day, old_day_peak = tonumber(known[3] or '0'), tonumber(known[4] or '0')
  if old_day > day then day, day_peak = old_day, old_day_peak
  elseif old_day == day then day_peak = math.max(day_peak, old_day_peak) end
  redis.call('HSET', key,
    '#since', whole(math.min(since, tonumber(known[1] or whole(since)))),
    '#peak', whole(math.max(peak, tonumber(known[2] or '0'))),
    '#day', whole(day), '#dayPeak', whole(day_peak),
    -- Before a room has a record, this is only the time of its first counted request.
    '#seen', whole(known[1] and math.max(seen, tonumber(known[5])) or seen))
  redis.call('SADD', P..'rooms', room)
  list_idle(room)
end
`

/** Makes a script that changes records of rooms. */
export function defineRecordScript(body: string): RedisScript {
  return defineScript(RECORDS + body)
}

/** Makes a script. Its first argument is the prefix of all keys. */
export function defineScript(body: string): RedisScript {
  const source = START + body
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}
