--[[
  Takes contexts from one position each to another, all of them or none, and then tells of them. There is one in most commits; several
  share a partition. States, heads, deltas and receipts are JSON that only the store reads; here they are text.

  KEYS, nine for each context
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
    1 how many deltas are kept
    2 milliseconds that a tombstone stays
    3 milliseconds that a receipt is remembered
    4 how many receipts are remembered
    5 the command that tells: PUBLISH or SPUBLISH
    6 this process
    7 milliseconds for which the turn is taken after a conflict; 0 not to take it
    8 bytes of deltas that a conflict is always answered with
  then for each context
    1 id
    2 expected life, 3 version, 4 tag; '' where there must be no trace
    5 kind: 'live', 'ended', or 'stay' where only receipts are left
    6 life, 7 version, 8 tag of what stands afterwards
    9 head, as JSON
   10 insertedAt of a live head
   11 context, as JSON, as a life's first always is; '' to leave it to the deltas
   12 how many deltas may lie behind the snapshot, at most as many as are kept
   13 how many bytes these may have
   14 what is told along with the version; '' for nothing
   15 number of receipts, 16 number of deltas
      then for each receipt its key and its JSON, then the deltas, as they stand in the log

  Returns, with an array for each context
    {'committed', {deltas behind the snapshot, their bytes}, ...}, which is empty but for kind 'live'
    {'snapshot', {1} or {}, ...}: nothing was written; where it is {1}, too much would lie behind the snapshot, so the context must come
    along
    {'repeated', {receipt JSON, ...}, ...}: the receipts that are known
    {'conflict', {life, version, tag, head, delta, ...}, ...}: what stands, and the log above the expected version, or none of it where it
    has more bytes than the state; life '' for no trace; empty where what stands is what was expected
    {'wait'}: it is another process's turn
]]

local keptDeltas, receiptMs, receiptLimit = ARGV[1], ARGV[3], tonumber(ARGV[4])
local process, claimMs, briefBytes = ARGV[6], ARGV[7], tonumber(ARGV[8])

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

local commits = {}
local nextArgument = 9
for key = 1, #KEYS, 9 do
  local at = nextArgument
  local firstReceipt, receiptCount = at + 16, tonumber(ARGV[at + 14])
  local firstDelta = firstReceipt + 2 * receiptCount
  nextArgument = firstDelta + tonumber(ARGV[at + 15])
  commits[#commits + 1] = {
    context = KEYS[key], log = KEYS[key + 1], receipts = KEYS[key + 2], queue = KEYS[key + 3], ids = KEYS[key + 4],
    idle = KEYS[key + 5], aged = KEYS[key + 6], channel = KEYS[key + 7], turn = KEYS[key + 8],
    id = ARGV[at], expectedLife = ARGV[at + 1], expectedVersion = ARGV[at + 2], expectedTag = ARGV[at + 3], kind = ARGV[at + 4],
    life = ARGV[at + 5], version = ARGV[at + 6], tag = ARGV[at + 7], head = ARGV[at + 8], insertedAt = ARGV[at + 9],
    state = ARGV[at + 10], tailDeltas = tonumber(ARGV[at + 11]), tailBytes = tonumber(ARGV[at + 12]), told = ARGV[at + 13],
    firstReceipt = firstReceipt, receiptCount = receiptCount, firstDelta = firstDelta, lastDelta = nextArgument - 1,
  }
end

-- An answer of one part for each commit, and whether any of them has something in it.
local function each(kind, part)
  local answer, isAny = { kind }, false
  for i, commit in ipairs(commits) do
    answer[i + 1] = part(commit)
    isAny = isAny or #answer[i + 1] > 0
  end
  return answer, isAny
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function knownReceipts(commit)
  local known = {}
  for i = 0, commit.receiptCount - 1 do
    local receipt = redis.call('HGET', commit.receipts, ARGV[commit.firstReceipt + 2 * i])
    if receipt and timeOf(receipt) > now then known[#known + 1] = textOf(receipt) end
  end
  return known
end

local function conflict(commit)
  local stands = redis.call('HMGET', commit.context, 'life', 'version', 'tag', 'head', 'snapshot', 'logged')
  local life, version, tag = stands[1] or '', stands[2] or '', stands[3] or ''
  commit.standingLife, commit.snapshot, commit.logged = life, tonumber(stands[5]), tonumber(stands[6]) or 0
  if life == commit.expectedLife and version == commit.expectedVersion and tag == commit.expectedTag then return {} end
  local answer = { life, version, tag, stands[4] or '' }
  local missing = life == '' and 0 or tonumber(version) - (tonumber(commit.expectedVersion) or 0)
  if missing > 0 then
    local most = math.max(briefBytes, redis.call('HSTRLEN', commit.context, 'context') + commit.logged)
    for _, entry in ipairs(redis.call('LRANGE', commit.log, integer(-missing), -1)) do
      answer[#answer + 1] = entry
      most = most - #entry
    end
    if most < 0 then answer = { unpack(answer, 1, 4) } end
  end
  return answer
end

local repeated, isRepeated = each('repeated', knownReceipts)
if isRepeated then return repeated end

local conflicts, isConflict = each('conflict', conflict)
local isOthersTurn, isOwnTurn = false, false
for _, commit in ipairs(commits) do
  local turn = redis.call('GET', commit.turn)
  if turn and turn ~= process then isOthersTurn = true elseif turn then isOwnTurn = true end
end
if isConflict then
  -- All turns or none: two that had taken a part each would wait for one another.
  if claimMs ~= '0' and not isOthersTurn then
    for _, commit in ipairs(commits) do redis.call('SET', commit.turn, process, 'PX', claimMs, 'NX') end
  end
  return conflicts
end
if isOthersTurn then return { 'wait' } end

local function needsSnapshot(commit)
  commit.behind, commit.tail = 0, 0
  if commit.kind ~= 'live' or commit.state ~= '' then return {} end
  commit.behind, commit.tail = tonumber(commit.version) - commit.snapshot, commit.logged
  for i = commit.firstDelta, commit.lastDelta do commit.tail = commit.tail + #ARGV[i] end
  return (commit.behind > commit.tailDeltas or commit.tail > commit.tailBytes) and { 1 } or {}
end

local snapshots, isSnapshot = each('snapshot', needsSnapshot)
if isSnapshot then return snapshots end

-- A value of another type than ours must fail here, before anything is written: what a script has written is not taken back.
for _, commit in ipairs(commits) do
  commit.length = redis.call('LLEN', commit.log)
  redis.call('LLEN', commit.queue)
  redis.call('ZCARD', commit.ids)
  redis.call('ZCARD', commit.idle)
  redis.call('ZCARD', commit.aged)
end

local function writeLive(commit)
  local length = commit.length
  if commit.life ~= commit.standingLife then
    redis.call('DEL', commit.context, commit.log)
    length = 0
  end
  -- Lua's stack takes some 8,000 values.
  for first = commit.firstDelta, commit.lastDelta, 4000 do
    redis.call('RPUSH', commit.log, unpack(ARGV, first, math.min(first + 3999, commit.lastDelta)))
  end
  local isFirst = length == 0
  length = length + commit.lastDelta - commit.firstDelta + 1
  local isOver = length > tonumber(keptDeltas)
  if isOver then redis.call('LTRIM', commit.log, '-' .. keptDeltas, -1) end
  redis.call('HSET', commit.context, 'life', commit.life, 'version', commit.version, 'tag', commit.tag, 'head', commit.head,
    'logged', commit.tail)
  if commit.state ~= '' then redis.call('HSET', commit.context, 'snapshot', commit.version, 'context', commit.state) end
  redis.call('ZADD', commit.ids, 0, commit.id)
  redis.call('ZADD', commit.idle, commit.insertedAt, commit.id)
  if length == 0 then
    redis.call('ZREM', commit.aged, commit.id)
  elseif isFirst or isOver then
    -- Only once for each that comes to be the oldest: it may be as large as the state, and is copied to be looked at.
    redis.call('ZADD', commit.aged, integer(timeOf(redis.call('LINDEX', commit.log, 0))), commit.id)
  end
end

local function writeEnded(commit)
  redis.call('DEL', commit.context, commit.log)
  redis.call('HSET', commit.context, 'life', commit.life, 'version', commit.version, 'tag', commit.tag, 'head', commit.head)
  redis.call('PEXPIRE', commit.context, ARGV[2])
  redis.call('ZREM', commit.ids, commit.id)
  redis.call('ZREM', commit.idle, commit.id)
  redis.call('ZREM', commit.aged, commit.id)
end

-- A key left anew since it was queued has another time by now, and stays.
local function forgetOldest(commit, due)
  local key = textOf(due)
  local known = redis.call('HGET', commit.receipts, key)
  if known and timeOf(known) == timeOf(due) then redis.call('HDEL', commit.receipts, key) end
  redis.call('LPOP', commit.queue)
end

local function leaveReceipts(commit)
  if commit.receiptCount == 0 then return end
  local expires = integer(now + tonumber(receiptMs))
  for i = 0, commit.receiptCount - 1 do
    local key = ARGV[commit.firstReceipt + 2 * i]
    redis.call('HSET', commit.receipts, key, expires .. ' ' .. ARGV[commit.firstReceipt + 1 + 2 * i])
    redis.call('RPUSH', commit.queue, expires .. ' ' .. key)
  end
  -- Twice as many as came, so that what has expired goes in the end without ever holding everybody up.
  for _ = 1, 2 * commit.receiptCount do
    local oldest = redis.call('LINDEX', commit.queue, 0)
    if not oldest or timeOf(oldest) > now then break end
    forgetOldest(commit, oldest)
  end
  while redis.call('HLEN', commit.receipts) > receiptLimit do
    local oldest = redis.call('LINDEX', commit.queue, 0)
    if not oldest then break end
    forgetOldest(commit, oldest)
  end
  redis.call('PEXPIRE', commit.receipts, receiptMs)
  redis.call('PEXPIRE', commit.queue, receiptMs)
end

for _, commit in ipairs(commits) do
  if commit.kind == 'live' then writeLive(commit) elseif commit.kind == 'ended' then writeEnded(commit) end
end
-- Last of all, since they say that everything before them was written.
for _, commit in ipairs(commits) do leaveReceipts(commit) end
if isOwnTurn then
  for _, commit in ipairs(commits) do redis.call('DEL', commit.turn) end
end
-- Hints, no more: that one can't be sent is no reason to fail what was written.
for _, commit in ipairs(commits) do
  if commit.kind ~= 'stay' then
    redis.pcall(ARGV[5], commit.channel, commit.told == '' and commit.version or commit.version .. ' ' .. commit.told)
  end
end
return (each('committed', function(commit)
  return commit.kind == 'live' and { integer(commit.behind), integer(commit.tail) } or {}
end))
