--[[
  Moves a context's snapshot up to a version that was read, so that the deltas before it may go.

  KEYS     1 context  hash, 2 log  list; as in commit.lua
  ARGV     1 life, 2 version, 3 tag, 4 context, as JSON
  Returns  1 where it was moved; 0 where that version is no part of what stands, or the snapshot has come as far
]]

local context, log, version = KEYS[1], KEYS[2], tonumber(ARGV[2])
local stands = redis.call('HMGET', context, 'life', 'version', 'tag', 'snapshot')
if stands[1] ~= ARGV[1] or not stands[4] or tonumber(stands[4]) >= version then return 0 end

-- The deltas behind it, and its own, which says whether its tag is that of what stands.
local since = redis.call('LRANGE', log, string.format('%.0f', version - 1 - tonumber(stands[2])), -1)
local made, tag = string.match(since[1] or '', '^%d+ %[(%d+),"[^"]*","([^"]*)"')
if tonumber(made) ~= version or tag ~= ARGV[3] then return 0 end
local logged = 0
for i = 2, #since do logged = logged + #since[i] end
redis.call('HSET', context, 'snapshot', ARGV[2], 'context', ARGV[4], 'logged', string.format('%.0f', logged))
return 1
