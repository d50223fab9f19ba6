--[[
  A context: its snapshot, and the deltas that lead from there to what stands.

  KEYS     1 context  hash, 2 log  list; as in commit.lua
  Returns  {life, version, tag, head, context, delta, ...}, oldest first; life '' for no trace, context '' for a tombstone
]]

local stands = redis.call('HMGET', KEYS[1], 'life', 'version', 'tag', 'head', 'context', 'snapshot')
if not stands[1] then return { '', '', '', '', '' } end
local snapshot = stands[6]
stands[6] = nil
if not snapshot then
  stands[5] = ''
  return stands
end
local behind = tonumber(stands[2]) - tonumber(snapshot)
if behind > 0 then
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], string.format('%.0f', -behind), -1)) do stands[#stands + 1] = entry end
end
return stands
