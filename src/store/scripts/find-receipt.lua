--[[
  A receipt that is still remembered.

  KEYS     1 receipts  hash; as in commit.lua
  ARGV     1 key
  Returns  the receipt as JSON, or nil
]]

local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then return nil end
local time = redis.call('TIME')
if tonumber(string.match(known, '^%d+')) <= time[1] * 1000 + math.floor(time[2] / 1000) then return nil end
return string.sub(known, string.find(known, ' ', 1, true) + 1)
