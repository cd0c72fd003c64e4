import { defineRecordScript, defineScript } from './redis-script.ts'

/**
 * Values are fields of `room:<room>`, next to the fields of its record, which begin with `#`. `having:<name>` has the rooms
 * that have a value of this name, `names` the names that any room has.
 */
const VALUES = `
local function is_plain(name) return string.sub(name, 1, 5) ~= '$hits' end
-- Changes the number of values other than hits, which keep a room from being forgotten.
local function count_written(room, name, amount)
  if not is_plain(name) then return end
  local written = redis.call('HINCRBY', P..'room:'..room, '#written', amount)
  if written <= 0 then redis.call('HDEL', P..'room:'..room, '#written') end
  if written + amount == amount or written == 1 then list_idle(room) end
end
local function put(room, name, json, time)
  local key = P..'room:'..room
  if redis.call('HSET', key, name, json) == 1 then
    redis.call('ZADD', P..'having:'..name, 0, room)
    redis.call('ZADD', P..'names', 0, name)
    count_written(room, name, 1)
    if name == '$hits' and redis.call('SADD', P..'rooms', room) == 1 then
      redis.call('HSETNX', key, '#seen', time)
      list_idle(room)
    end
  end
end
local function remove(room, name)
  if redis.call('HDEL', P..'room:'..room, name) == 0 then return 0 end
  if redis.call('ZREM', P..'having:'..name, room) == 1 and redis.call('EXISTS', P..'having:'..name) == 0 then
    redis.call('ZREM', P..'names', name)
  end
  count_written(room, name, -1)
  return 1
end
`

/** Sets a value: room, name, JSON, time. */
export const SET_VALUE = defineRecordScript(`${VALUES}
put(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
return 1
`)

/** Deletes a value: room, name. Returns whether there was one. */
export const DELETE_VALUE = defineRecordScript(`${VALUES}
return remove(ARGV[2], ARGV[3])
`)

/**
 * Replaces a value if it is still the known one: room, name, whether one is known, that one, whether there is a new one,
 * that one, time. Returns whether it did, and the current value.
 */
export const SWAP_VALUE = defineRecordScript(`${VALUES}
local current = redis.call('HGET', P..'room:'..ARGV[2], ARGV[3])
local known = ARGV[4] == '1' and ARGV[5]
if current ~= known then return {0, current} end
if ARGV[6] == '1' then put(ARGV[2], ARGV[3], ARGV[7], ARGV[8]) else remove(ARGV[2], ARGV[3]) end
return {1}
`)

/**
 * Adds to a number: room, name, amount, time. Returns whether it did, and the sum, or the value to which nothing can be
 * added.
 */
export const ADD_TO_VALUE = defineRecordScript(`${VALUES}
local current = redis.call('HGET', P..'room:'..ARGV[2], ARGV[3])
local before = 0
if current then
  before = string.find(current, '^%-?%d[%d.eE+-]*$') and tonumber(current)
  if not before then return {0, current} end
end
local sum = before + tonumber(ARGV[4])
if sum ~= sum or sum == math.huge or sum == -math.huge then return {0, current} end
local json = string.format('%.17g', sum)
put(ARGV[2], ARGV[3], json, ARGV[5])
return {1, json}
`)

/** Lists values of a name, sorted by room: name, lower bound, maximum of rooms, of bytes. Returns rooms and values in turn. */
export const LIST_VALUES = defineScript(`
local rows, bytes = {}, 0
for _, room in ipairs(redis.call('ZRANGEBYLEX', P..'having:'..ARGV[2], ARGV[3], '+', 'LIMIT', 0, ARGV[4])) do
  local json = redis.call('HGET', P..'room:'..room, ARGV[2])
  if bytes > tonumber(ARGV[5]) then break end
  table.insert(rows, room)
  table.insert(rows, json or '')
  bytes = bytes + #(json or '')
end
return rows
`)

/** Deletes a part of the names of a range: lower bound, upper bound, maximum of values. Returns how many were deleted. */
export const DELETE_NAMES = defineRecordScript(`${VALUES}
local name = redis.call('ZRANGEBYLEX', P..'names', ARGV[2], ARGV[3], 'LIMIT', 0, 1)[1]
if not name then return 0 end
local rooms = redis.call('ZRANGE', P..'having:'..name, 0, tonumber(ARGV[4]) - 1)
for _, room in ipairs(rooms) do
  if remove(room, name) == 0 then redis.call('ZREM', P..'having:'..name, room) end
end
if redis.call('EXISTS', P..'having:'..name) == 0 then redis.call('ZREM', P..'names', name) end
return #rooms + 1
`)
