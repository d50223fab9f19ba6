--[[
  Drops a context's deltas that were made at a time or before; newer ones stay, and the log stays whole. Those behind the snapshot are
  needed, and stay until it has moved.

  KEYS     1 log  list, 2 aged  sorted set, 3 context  hash; as in commit.lua
  ARGV     1 id, 2 time
  Returns  {how many deltas went, how many are to go once the snapshot has moved}
]]

local log, aged, context, id, till = KEYS[1], KEYS[2], KEYS[3], ARGV[1], tonumber(ARGV[2])
redis.call('ZCARD', aged)
local stands = redis.call('HMGET', context, 'version', 'snapshot')

local entries = redis.call('LRANGE', log, 0, -1)
local due = 0
while due < #entries and tonumber(string.match(entries[due + 1], '^%d+')) <= till do due = due + 1 end
local free = #entries - (stands[2] and tonumber(stands[1]) - tonumber(stands[2]) or 0)
local dropped = math.min(due, free)
if dropped > 0 then redis.call('LTRIM', log, dropped, -1) end

local oldest = entries[dropped + 1]
if oldest then
  redis.call('ZADD', aged, string.match(oldest, '^%d+'), id)
else
  redis.call('ZREM', aged, id)
end
return { dropped, due - dropped }
