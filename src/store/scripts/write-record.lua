--[[
  Writes a small shared record where its revision is still the one that the writer read.

  KEYS     1 record  hash: value, revision
  ARGV     1 value, as JSON, 2 revision; 0 where the record was never written
  Returns  1 where it was written, else 0
]]

if (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'revision', string.format('%.0f', tonumber(ARGV[2]) + 1))
return 1
