--[[
  Takes a context from one position to another, all or nothing, and then tells of it. States, heads, deltas and receipts are JSON that
  only the store reads; here they are text.

  KEYS
    1 context   hash: life, version, tag, head of what stands; context, the state at the version in snapshot, from which the deltas behind
                it lead to what stands; logged, the bytes of those deltas. Expires only as a tombstone
    2 log       list: the deltas of its life, oldest first, each "<insertedAt> <json>"
    3 receipts  hash: key -> "<expires> <json>"
    4 queue     list: "<expires> <key>" of the receipts, oldest first
    5 ids       sorted set of the partition's live ids, for listing
    6 idle      sorted set of its live ids by the time of their last commit
    7 aged      sorted set of its ids that have deltas, by the time of the oldest
    8 channel   where commits on the context are told
    9 turn      string: the process whose turn it is to commit; expires

  ARGV
    1 id
    2 expected life, 3 version, 4 tag; '' where there must be no trace
    5 kind: 'live', 'ended', or 'stay' where only receipts are left
    6 life, 7 version, 8 tag of what stands afterwards
    9 head, as JSON
   10 insertedAt of a live head
   11 context, as JSON, as a life's first always is; '' to leave it to the deltas
   12 how many deltas are kept
   13 how many of them may lie behind the snapshot, at most as many as are kept
   14 how many bytes these may have
   15 milliseconds that a tombstone stays
   16 milliseconds that a receipt is remembered
   17 how many receipts are remembered
   18 the command that tells: PUBLISH or SPUBLISH
   19 this process
   20 milliseconds for which the turn is taken after a conflict; 0 not to take it
   21 bytes of deltas that a conflict is always answered with
   22 what is told along with the version; '' for nothing
   23 number of receipts; then for each: key, JSON; then the deltas, as they stand in the log

  Returns
    {'committed', deltas behind the snapshot, their bytes} of kind 'live', else {'committed'}
    {'snapshot'}: nothing was written; too much would lie behind the snapshot, so the context must come along
    {'repeated', receipt JSON, ...}
    {'conflict', life, version, tag, head, delta, ...}: what stands, and the log above the expected version, or none of it where it has
    more bytes than the state; life '' for no trace
    {'wait'}: it is another process's turn
]]

local context, log, receipts, queue = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ids, idle, aged, channel, turnKey = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local id, expectedLife, expectedVersion, expectedTag = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local kind, life, version, tag = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local receiptCount = tonumber(ARGV[23])
local firstReceipt = 24
local firstDelta = firstReceipt + 2 * receiptCount

-- Integers up to 2^53, which Lua would print as 1e+15.
local function integer(number)
  return string.format('%.0f', number)
end

local function timeOf(entry)
  return tonumber(string.match(entry, '^%d+'))
end

local function textOf(entry)
  return string.sub(entry, string.find(entry, ' ', 1, true) + 1)
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local repeated = {}
for i = 0, receiptCount - 1 do
  local known = redis.call('HGET', receipts, ARGV[firstReceipt + 2 * i])
  if known and timeOf(known) > now then repeated[#repeated + 1] = textOf(known) end
end
if #repeated > 0 then return { 'repeated', unpack(repeated) } end

local stands = redis.call('HMGET', context, 'life', 'version', 'tag', 'head', 'snapshot', 'logged')
local standingLife = stands[1] or ''
if standingLife ~= expectedLife or (stands[2] or '') ~= expectedVersion or (stands[3] or '') ~= expectedTag then
  local answer = { 'conflict', standingLife, stands[2] or '', stands[3] or '', stands[4] or '' }
  local missing = standingLife == '' and 0 or tonumber(stands[2]) - (tonumber(expectedVersion) or 0)
  if missing > 0 then
    local most = math.max(tonumber(ARGV[21]), redis.call('HSTRLEN', context, 'context') + (tonumber(stands[6]) or 0))
    for _, entry in ipairs(redis.call('LRANGE', log, integer(-missing), -1)) do
      answer[#answer + 1] = entry
      most = most - #entry
    end
    if most < 0 then answer = { unpack(answer, 1, 5) } end
  end
  if ARGV[20] ~= '0' then redis.call('SET', turnKey, ARGV[19], 'PX', ARGV[20], 'NX') end
  return answer
end

local turn = redis.call('GET', turnKey)
if turn and turn ~= ARGV[19] then return { 'wait' } end

local behind, logged = 0, 0
if kind == 'live' and ARGV[11] == '' then
  behind, logged = tonumber(version) - tonumber(stands[5]), tonumber(stands[6])
  for i = firstDelta, #ARGV do logged = logged + #ARGV[i] end
  if behind > tonumber(ARGV[13]) or logged > tonumber(ARGV[14]) then return { 'snapshot' } end
end

-- A value of another type than ours must fail here, before anything is written: what a script has written is not taken back.
local length = redis.call('LLEN', log)
redis.call('LLEN', queue)
redis.call('ZCARD', ids)
redis.call('ZCARD', idle)
redis.call('ZCARD', aged)

if kind == 'live' then
  if life ~= standingLife then
    redis.call('DEL', context, log)
    length = 0
  end
  -- Lua's stack takes some 8,000 values.
  for first = firstDelta, #ARGV, 4000 do
    redis.call('RPUSH', log, unpack(ARGV, first, math.min(first + 3999, #ARGV)))
  end
  local isFirst = length == 0
  length = length + #ARGV - firstDelta + 1
  local isOver = length > tonumber(ARGV[12])
  if isOver then redis.call('LTRIM', log, '-' .. ARGV[12], -1) end
  redis.call('HSET', context, 'life', life, 'version', version, 'tag', tag, 'head', ARGV[9], 'logged', logged)
  if ARGV[11] ~= '' then redis.call('HSET', context, 'snapshot', version, 'context', ARGV[11]) end
  redis.call('ZADD', ids, 0, id)
  redis.call('ZADD', idle, ARGV[10], id)
  if length == 0 then
    redis.call('ZREM', aged, id)
  elseif isFirst or isOver then
    -- Only once for each that comes to be the oldest: it may be as large as the state, and is copied to be looked at.
    redis.call('ZADD', aged, integer(timeOf(redis.call('LINDEX', log, 0))), id)
  end
elseif kind == 'ended' then
  redis.call('DEL', context, log)
  redis.call('HSET', context, 'life', life, 'version', version, 'tag', tag, 'head', ARGV[9])
  redis.call('PEXPIRE', context, ARGV[15])
  redis.call('ZREM', ids, id)
  redis.call('ZREM', idle, id)
  redis.call('ZREM', aged, id)
end
-- Last of all, since they say that everything before them was written.
if receiptCount > 0 then
  local expires = integer(now + tonumber(ARGV[16]))
  for i = 0, receiptCount - 1 do
    local key = ARGV[firstReceipt + 2 * i]
    redis.call('HSET', receipts, key, expires .. ' ' .. ARGV[firstReceipt + 1 + 2 * i])
    redis.call('RPUSH', queue, expires .. ' ' .. key)
  end
  -- A key left anew since it was queued has another time by now, and stays.
  local function forgetOldest(due)
    local key = textOf(due)
    local known = redis.call('HGET', receipts, key)
    if known and timeOf(known) == timeOf(due) then redis.call('HDEL', receipts, key) end
    redis.call('LPOP', queue)
  end
  -- Twice as many as came, so that what has expired goes in the end without ever holding everybody up.
  for _ = 1, 2 * receiptCount do
    local oldest = redis.call('LINDEX', queue, 0)
    if not oldest or timeOf(oldest) > now then break end
    forgetOldest(oldest)
  end
  while redis.call('HLEN', receipts) > tonumber(ARGV[17]) do
    local oldest = redis.call('LINDEX', queue, 0)
    if not oldest then break end
    forgetOldest(oldest)
  end
  redis.call('PEXPIRE', receipts, ARGV[16])
  redis.call('PEXPIRE', queue, ARGV[16])
end
if turn then redis.call('DEL', turnKey) end
-- A hint, no more: that it can't be sent is no reason to fail what was written.
if kind ~= 'stay' then redis.pcall(ARGV[18], channel, ARGV[22] == '' and version or version .. ' ' .. ARGV[22]) end
if kind ~= 'live' then return { 'committed' } end
return { 'committed', integer(behind), integer(logged) }
