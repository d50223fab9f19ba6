--[[
  Drops a context's deltas that were made at a time or before; newer ones stay, and the log stays whole.

  KEYS     1 log  list, 2 aged  sorted set; as in commit.lua
  ARGV     1 id, 2 time
  Returns  how many deltas went
]]

local log, aged, id, till = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
redis.call('ZCARD', aged)
local kept
local dropped = 0
for _, entry in ipairs(redis.call('LRANGE', log, 0, -1)) do
  kept = tonumber(string.match(entry, '^%d+'))
  if kept > till then break end
  kept = nil
  dropped = dropped + 1
end
if dropped > 0 then redis.call('LTRIM', log, dropped, -1) end
if kept then
  redis.call('ZADD', aged, string.format('%.0f', kept), id)
else
  redis.call('ZREM', aged, id)
end
return dropped
