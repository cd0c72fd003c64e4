import { defineRecordScript, defineScript } from './redis-script.ts'

/** `history:<room>` has the encoded hours of a room; `hour:<hour>` the rooms with an hour, `hours` all hours. */

/** Merges records: JSON of a list of `[room, since, peak, day, dayPeak, seen]`. */
export const ADD_RECORDS = defineRecordScript(`
for _, each in ipairs(cjson.decode(ARGV[2])) do
  add_record(each[1], each[2], each[3], each[4], each[5], each[6])
end
return 1
`)

/**
 * Adds hours of rooms, all or none: an id, JSON of a list of `[record or null, room, [[hour, known, new], …]]`, where an hour
 * is base64, or empty if there is none. Returns 0 if an hour is no longer the known one. The same id is added once only.
 */
export const ADD_HOURS = defineRecordScript(`
if redis.call('EXISTS', P..'added:'..ARGV[2]) == 1 then return 1 end
local all = cjson.decode(ARGV[3])
for _, each in ipairs(all) do
  for _, hour in ipairs(each[3]) do
    if (redis.call('HGET', P..'history:'..each[2], whole(hour[1])) or '') ~= hour[2] then return 0 end
  end
end
redis.call('SET', P..'added:'..ARGV[2], 1, 'PX', 60000)
for _, each in ipairs(all) do
  local record, room = each[1], each[2]
  if type(record) == 'table' then add_record(room, record[1], record[2], record[3], record[4], record[5]) end
  for _, hour in ipairs(each[3]) do
    local number = whole(hour[1])
    if hour[3] == '' then
      redis.call('HDEL', P..'history:'..room, number)
      redis.call('SREM', P..'hour:'..number, room)
    elseif redis.call('HSET', P..'history:'..room, number, hour[3]) == 1 then
      redis.call('SADD', P..'hour:'..number, room)
      redis.call('ZADD', P..'hours', number, number)
    end
  end
end
return 1
`)

/** Deletes a part of the hours before one: that hour, maximum of rooms. Returns how many; 0 if there are no more. */
export const DELETE_HOURS = defineScript(`
local hour = redis.call('ZRANGEBYSCORE', P..'hours', '-inf', '('..ARGV[2], 'LIMIT', 0, 1)[1]
if not hour then return 0 end
local rooms = redis.call('SPOP', P..'hour:'..hour, ARGV[3])
for _, room in ipairs(rooms) do redis.call('HDEL', P..'history:'..room, hour) end
if redis.call('EXISTS', P..'hour:'..hour) == 0 then redis.call('ZREM', P..'hours', hour) end
return #rooms + 1
`)
