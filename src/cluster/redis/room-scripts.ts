import { defineRecordScript, defineScript } from './redis-script.ts'

/** The rows of rooms: today's day, rooms. Returns room, since, peak, today's peak and hits in turn; nothing for an unknown room. */
export const READ_ROOMS = defineScript(`
local rows = {}
for at = 3, #ARGV do
  local f = redis.call('HMGET', P..'room:'..ARGV[at], '#since', '#peak', '#day', '#dayPeak', '$hits', '#seen')
  if f[6] then
    for _, value in ipairs({ARGV[at], f[1] or '', f[2] or '0', f[3] == ARGV[2] and f[4] or '0', f[5] or '0'}) do
      table.insert(rows, value)
    end
  end
end
return rows
`)

const DELETE = `
-- Deletes a part of a room's data; returns how many values.
local function delete_part(room, most)
  local key, deleted = P..'room:'..room, 0
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 1) ~= '#' then
      if deleted == most then return deleted end
      deleted = deleted + 1
      redis.call('HDEL', key, name)
      redis.call('ZREM', P..'having:'..name, room)
      if redis.call('EXISTS', P..'having:'..name) == 0 then redis.call('ZREM', P..'names', name) end
    end
  end
  for _, hour in ipairs(redis.call('HKEYS', P..'history:'..room)) do redis.call('SREM', P..'hour:'..hour, room) end
  deleted = deleted + redis.call('DEL', P..'history:'..room, key) + redis.call('SREM', P..'rooms', room)
  redis.call('ZREM', P..'idle0', room)
  redis.call('ZREM', P..'idle1', room)
  return deleted
end
`

/** Deletes a part of a room: room, maximum of values. Returns how many, 0 if nothing is left. */
export const DELETE_ROOM = defineScript(`${DELETE}
return delete_part(ARGV[2], tonumber(ARGV[3]))
`)

/**
 * Deletes some unused rooms: time of the last activity of idle ones, maximum of rooms, time of the last activity of hardly
 * watched ones, hits of a counter in use, maximum to delete. Returns their names.
 */
export const FORGET_ROOMS = defineRecordScript(`${DELETE}
local before, max_rooms, unused, few, most = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local found, listed = {}, {}
local function select_rooms(level, seen, hits, limit)
  if limit <= 0 then return end
  local count = 0
  for _, room in ipairs(redis.call('ZRANGEBYSCORE', P..'idle'..level, '-inf', '('..seen, 'LIMIT', 0, most * 10)) do
    if count >= limit then return end
    local own = tonumber(redis.call('HGET', P..'room:'..room, '$hits') or '0') or 0
    if own <= hits then
      count = count + 1
      if not listed[room] then
        listed[room] = true
        table.insert(found, room)
      end
    end
  end
end
local over = math.min(most, redis.call('SCARD', P..'rooms') - max_rooms)
select_rooms(0, before, few, most)
select_rooms(0, '+inf', math.huge, over)
select_rooms(1, unused, few, over - #found)
for _, room in ipairs(found) do delete_part(room, 100000) end
return found
`)
