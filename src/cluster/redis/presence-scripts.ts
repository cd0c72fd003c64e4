import { defineRecordScript, defineScript } from './redis-script.ts'

/**
 * The viewers of a room on all nodes, in two hashes.
 *
 * - `viewers:<room>`: `v<viewer>` the nodes that have the viewer; `c<node>` a node's connections; `a<address>` the viewers of
 *   an address; `n` all connections; `b` the visitors if every address had the smallest limit; `l` the limit that the
 *   room's first node has; `r` the node that records the room's history.
 * - `large:<room>`: the addresses with more viewers than the smallest limit.
 *
 * `watched` has the sums of every room with viewers. `of:<node>` has the rooms of a node, `node:<node>` its lease.
 */
const ROOM = `
local K, L, least, limit
local function open_room(room, given)
  K, L = P..'viewers:'..room, P..'large:'..room
  limit = redis.call('HGET', K, 'l') or given
  least = limit == 'auto' and 5 or tonumber(limit)
end
local function resize(viewer, change)
  local dot = string.find(viewer, '.', 1, true)
  if not dot then return change end
  local address = string.sub(viewer, 1, dot - 1)
  local size = redis.call('HINCRBY', K, 'a'..address, change)
  local before = size - change
  if size <= 0 then redis.call('HDEL', K, 'a'..address) end
  if size > least then redis.call('HSET', L, address, size)
  elseif before > least then redis.call('HDEL', L, address) end
  return math.min(size, least) - math.min(before, least)
end
local function enter(node, viewer)
  local nodes = redis.call('HGET', K, 'v'..viewer)
  if not nodes then
    redis.call('HSET', K, 'v'..viewer, node)
    return resize(viewer, 1)
  end
  if not string.find(nodes, node, 1, true) then redis.call('HSET', K, 'v'..viewer, nodes..','..node) end
  return 0
end
local function depart(node, viewer, nodes)
  nodes = nodes or redis.call('HGET', K, 'v'..viewer)
  if not nodes or not string.find(nodes, node, 1, true) then return 0 end
  local left = {}
  for each in string.gmatch(nodes, '[^,]+') do if each ~= node then table.insert(left, each) end end
  if #left > 0 then
    redis.call('HSET', K, 'v'..viewer, table.concat(left, ','))
    return 0
  end
  redis.call('HDEL', K, 'v'..viewer)
  return resize(viewer, -1)
end
-- The viewers of a node, by its own field of each.
local function viewers_of(node)
  local found, all = {}, redis.call('HGETALL', K)
  for at = 1, #all, 2 do
    if string.sub(all[at], 1, 1) == 'v' and string.find(all[at + 1], node, 1, true) then
      found[string.sub(all[at], 2)] = all[at + 1]
    end
  end
  return found, #all / 2
end
local function count_visitors(base)
  local most = limit == 'auto' and math.max(5, math.floor(base / 5)) or least
  if most <= least then return base end
  for _, size in ipairs(redis.call('HVALS', L)) do
    base = base + math.min(tonumber(size), most) - least
  end
  return base
end
-- Writes the sums of a room, and returns them.
local function close_room(room, change, connections)
  local base = tonumber(redis.call('HGET', K, 'b') or '0') + change
  local peak = tonumber(redis.call('HGET', P..'room:'..room, '#peak') or '0')
  if base <= 0 and connections <= 0 then
    redis.call('DEL', K, L)
    redis.call('HDEL', P..'watched', room)
    return {0, 0, peak, ''}
  end
  redis.call('HSET', K, 'b', base, 'n', connections, 'l', limit)
  local visitors = count_visitors(base)
  local recorder = redis.call('HGET', K, 'r') or ''
  redis.call('HSET', P..'watched', room, connections..' '..visitors..' '..recorder)
  return {connections, visitors, peak, recorder}
end
local function set_connections(node, connections)
  local before = tonumber(redis.call('HGET', K, 'c'..node) or '0')
  if connections > 0 then redis.call('HSET', K, 'c'..node, connections)
  else redis.call('HDEL', K, 'c'..node) end
  return tonumber(redis.call('HGET', K, 'n') or '0') + connections - before
end
`

/**
 * Renews a node's lease: node, milliseconds, description. Returns whether it had expired, the nodes whose lease has
 * expired, and the descriptions of the living ones.
 */
export const RENEW_NODE = defineScript(`
local node, lease, info = ARGV[2], ARGV[3], ARGV[4]
-- First what a full Redis allows: the rest of the script is then allowed too.
local known = redis.call('PEXPIRE', P..'node:'..node, lease)
redis.call('SET', P..'node:'..node, info, 'PX', lease)
redis.call('SADD', P..'nodes', node)
local dead, living = {}, {}
for _, each in ipairs(redis.call('SMEMBERS', P..'nodes')) do
  local found = redis.call('GET', P..'node:'..each)
  if found then table.insert(living, found) else table.insert(dead, each) end
end
return {1 - known, dead, living}
`)

/**
 * Sets the viewers that a node has in a room: node, lease, room, connections, whether all viewers are given, whether the
 * node has any, limit, time, day, whether the room is kept, the number of added viewers, added viewers, removed viewers.
 * Returns the room's connections, visitors, peak and recording node; nothing if the node's lease has expired. Running it
 * again changes nothing.
 */
export const SET_VIEWERS = defineRecordScript(`${ROOM}
local node, lease, room, connections = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local is_whole, is_here, time, day, is_kept = ARGV[6] == '1', ARGV[7] == '1', tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11] == '1'
-- A full Redis allows this, and the rest of the script then too.
if redis.call('PEXPIRE', P..'node:'..node, lease) == 0 then return false end
open_room(room, ARGV[8])
local change, added = 0, {}
local last = 12 + tonumber(ARGV[12])
for at = 13, last do
  added[ARGV[at]] = true
  change = change + enter(node, ARGV[at])
end
for at = last + 1, #ARGV do change = change + depart(node, ARGV[at]) end
if is_whole then
  for viewer, nodes in pairs((viewers_of(node))) do
    if not added[viewer] then change = change + depart(node, viewer, nodes) end
  end
end
local sum = set_connections(node, connections)
if is_here then
  redis.call('SADD', P..'of:'..node, room)
  redis.call('HSETNX', K, 'r', node)
else
  redis.call('SREM', P..'of:'..node, room)
  if redis.call('HGET', K, 'r') == node then redis.call('HDEL', K, 'r') end
end
local totals = close_room(room, change, sum)
if is_kept and (totals[1] > 0 or totals[2] > 0) then
  local known = redis.call('HMGET', P..'room:'..room, '#since', '#peak', '#day', '#dayPeak')
  local is_known = known[1] and tonumber(known[2]) >= totals[2] and
    (tonumber(known[3]) > day or (tonumber(known[3]) == day and tonumber(known[4]) >= totals[2]))
  if not is_known then add_record(room, time, totals[2], day, totals[2], time) end
  totals[3] = math.max(totals[3], totals[2])
end
return totals
`)

/**
 * Removes viewers of a node whose lease has expired: node, maximum of fields to read. Returns rooms that changed, none when
 * nothing of the node is left.
 */
export const REMOVE_NODE = defineScript(`${ROOM}
local node, fields = ARGV[2], tonumber(ARGV[3])
if redis.call('EXISTS', P..'node:'..node) == 1 then return {} end
local rooms = {}
while fields > 0 do
  local room = redis.call('SRANDMEMBER', P..'of:'..node)
  if not room then break end
  redis.call('SREM', P..'of:'..node, room)
  open_room(room, 'auto')
  local found, size = viewers_of(node)
  local change = 0
  for viewer, nodes in pairs(found) do change = change + depart(node, viewer, nodes) end
  if redis.call('HGET', K, 'r') == node then redis.call('HDEL', K, 'r') end
  close_room(room, change, set_connections(node, 0))
  table.insert(rooms, room)
  fields = fields - size - 10
end
if redis.call('EXISTS', P..'of:'..node) == 0 then redis.call('SREM', P..'nodes', node) end
return rooms
`)
