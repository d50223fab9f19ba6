--[[
  A context's head together with the deltas above a version.

  KEYS     1 context  hash, 2 log  list; as in commit.lua
  ARGV     1 version, 2 bytes of deltas that are always sent; '' to send them all
  Returns  {life, version, tag, head, delta, ...}, oldest first, or none of them where they have more bytes than the state; life '' for no
           trace
]]

local stands = redis.call('HMGET', KEYS[1], 'life', 'version', 'tag', 'head', 'logged')
if not stands[1] then return { '', '', '', '' } end
local logged = tonumber(stands[5]) or 0
stands[5] = nil
local missing = tonumber(stands[2]) - tonumber(ARGV[1])
if missing > 0 then
  local most = math.huge
  if ARGV[2] ~= '' then most = math.max(tonumber(ARGV[2]), redis.call('HSTRLEN', KEYS[1], 'context') + logged) end
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], string.format('%.0f', -missing), -1)) do
    stands[#stands + 1] = entry
    most = most - #entry
  end
  if most < 0 then return { unpack(stands, 1, 4) } end
end
return stands
