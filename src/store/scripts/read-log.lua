--[[
  A context's head together with the deltas above a version.

  KEYS     1 context  hash, 2 log  list; as in commit.lua
  ARGV     1 version
  Returns  {life, version, tag, head, delta, ...}, oldest first; life '' for no trace
]]

local stands = redis.call('HMGET', KEYS[1], 'life', 'version', 'tag', 'head')
if not stands[1] then return { '', '', '', '' } end
local missing = tonumber(stands[2]) - tonumber(ARGV[1])
if missing > 0 then
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], string.format('%.0f', -missing), -1)) do
    stands[#stands + 1] = entry
  end
end
return stands
