--[[
  A context: its snapshot, and the deltas that lead from there to what stands.

  KEYS     1 context  hash, 2 log  list; as in commit.lua
  Returns  {life, version, tag, head, context, snapshot, delta, ...}, oldest first, snapshot being the version that the context is of;
           life '' for no trace, context and snapshot '' for a tombstone
]]

local stands = redis.call('HMGET', KEYS[1], 'life', 'version', 'tag', 'head', 'context', 'snapshot')
if not stands[1] then return { '', '', '', '', '', '' } end
if not stands[6] then return { stands[1], stands[2], stands[3], stands[4], '', '' } end
local behind = tonumber(stands[2]) - tonumber(stands[6])
if behind > 0 then
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], string.format('%.0f', -behind), -1)) do stands[#stands + 1] = entry end
end
return stands
