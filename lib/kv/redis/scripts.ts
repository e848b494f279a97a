import { AHEAD_PARTS, MAX_ROOM_HOLDERS, UNCOUNTED_PARTS } from '../room.js';
import { SLICES } from '../window.js';

/**
 * What Redis does in one step. Each script takes one key, or keys that share a hash tag, so that it runs in a Redis Cluster
 * too. Clocks are the server's, so that all who share it share its time.
 */

const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Counter: expiry is set with the first increment only. */
export const INCREMENT = `local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`;

export const DELETE_IF_EQUAL = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Time to live, then names and values. */
export const SET_FIELDS = `for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

export const PUSH = `redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])`;

/** Keys: the lock, its last token. The token is a number of milliseconds or one more than the last, whichever is larger. */
export const ACQUIRE_LOCK = `${NOW}
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return false end
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if not held then
  last = math.max(last + 1, now)
  redis.call('SET', KEYS[2], string.format('%d', last))
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return last`;

/** Guest, capacity, time to live in ms. Answers whether the guest is in, and how many are. Guests are scored by when they are forgotten. */
export const TAKE_PLACE = `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local guests = redis.call('ZCARD', KEYS[1])
if guests >= tonumber(ARGV[2]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return { 0, guests } end
guests = guests + redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 1, guests }`;

/**
 * The room of lib/kv/room.ts. Fields: `stored`, `counted`, and per holder what it holds and since when. Answers what is granted,
 * whether somebody has counted, and what the others hold.
 */
export const TAKE_ROOM = `${NOW}
local name = 'h ' .. ARGV[1]
local held, stored, counted = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local need, want, cap, stale = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local fields = redis.call('HGETALL', KEYS[1])
local isCounted, isKnown, holders, others = counted, false, 0, 0
for i = 1, #fields, 2 do
  if fields[i] == 'stored' then stored = math.max(stored, tonumber(fields[i + 1]))
  elseif fields[i] == 'counted' then isCounted = true
  elseif fields[i] == name then isKnown, holders = true, holders + 1
  else
    local amount, at = string.match(fields[i + 1], '^(%d+) (%d+)$')
    if counted and now - tonumber(at) > stale then redis.call('HDEL', KEYS[1], fields[i])
    else others, holders = others + tonumber(amount), holders + 1 end
  end
end
local limit = cap
if not isCounted then limit = math.ceil(cap / ${UNCOUNTED_PARTS}) end
local room = math.max(0, limit - stored - others - held)
local granted = math.max(math.min(need, room), math.min(want, math.floor(room / ${AHEAD_PARTS})))
if isKnown or holders < ${MAX_ROOM_HOLDERS} then
  redis.call('HSET', KEYS[1], name, string.format('%d %d', held + granted, now))
else granted = 0 end
redis.call('HSET', KEYS[1], 'stored', string.format('%d', stored))
if isCounted then redis.call('HSET', KEYS[1], 'counted', '1') end
redis.call('PEXPIRE', KEYS[1], ARGV[9])
return { granted, isCounted and 1 or 0, others }`;

/**
 * The sliding window of lib/kv/window.ts, operation by operation. Arguments: now in ms or '' for the server's clock, window in ms,
 * share, whether to add, the known epoch or '', then four lists, each led by its length: amounts (need, demand, want), counters
 * (name, unit, limit), adjustments (index, amount by unit), seeds (states as text, '' for none). Answers index, position of the
 * refusing counter or 0, its sum, its wait (-1: never), whether the known epoch is lost, the epoch, grants, states.
 */
export const SPEND_WINDOW = `${NOW}
local SLICES = ${SLICES}
local at = 0
local function text() at = at + 1; return ARGV[at] end
local function number() return tonumber(text()) end
now = tonumber(text()) or now
local window, share, adds = number(), number(), number() == 1
local known = text()
local needs, demands, granted = {}, {}, {}
for unit = 1, number() do
  local need, demand, want = number(), number(), number()
  needs[unit], demands[unit], granted[unit] = need, demand, math.max(need, demand, want)
end
local counters, names = {}, {}
for i = 1, number() do
  counters[i] = { name = text(), unit = number() + 1, limit = number() }
  names[i] = counters[i].name
end
local adjustments = {}
for i = 1, number() do
  adjustments[i] = { index = number() }
  for unit = 1, #needs do adjustments[i][unit] = number() end
end
local seeds = {}
for i = 1, number() do seeds[i] = text() end
local slice = window / SLICES
local index = math.floor(now / slice)
local left = slice - (now - index * slice)
local stored = redis.call('HMGET', KEYS[1], unpack(names))
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if known ~= '' and known ~= epoch and #seeds == 0 then return { index, 0, 0, 0, 1, epoch or '' } end
if not epoch then epoch = time[1] .. '.' .. time[2] end
if known == '' then known = epoch end

-- sums[1] is the current slice, sums[SLICES + 1] the one that is leaving the window.
local function rolled(stored, index)
  local before = {}
  for value in string.gmatch(stored or '', '%d+') do before[#before + 1] = tonumber(value) end
  local passed = index - (before[1] or 0)
  local state = { index = index, sums = {} }
  if passed <= 0 then state.index, passed = before[1], 0 end
  for age = 0, SLICES do state.sums[age + 1] = age >= passed and before[age - passed + 2] or 0 end
  return state
end

local function line(state)
  local parts = { string.format('%d', state.index) }
  for age = 1, SLICES + 1 do parts[age + 1] = string.format('%d', state.sums[age]) end
  return table.concat(parts, ' ')
end

-- Both at the same slice, and slice by slice the larger.
local function larger(one, two)
  local at = math.max(one.index, two.index)
  one, two = rolled(line(one), at), rolled(line(two), at)
  for age = 1, SLICES + 1 do one.sums[age] = math.max(one.sums[age], two.sums[age]) end
  return one
end

local write = { 'epoch', epoch }
-- What those who knew an earlier epoch tell is entered once for all of them.
local function told(state, name, seed)
  if known == epoch then return larger(state, rolled(seed, index)) end
  local stored = redis.call('HGET', KEYS[1], name .. '.seed')
  local before = rolled(stored, index)
  local after = larger(before, rolled(seed, index))
  local at = math.max(state.index, after.index)
  state, before, after = rolled(line(state), at), rolled(line(before), at), rolled(line(after), at)
  for age = 1, SLICES + 1 do state.sums[age] = state.sums[age] + after.sums[age] - before.sums[age] end
  write[#write + 1] = name .. '.seed'
  write[#write + 1] = line(after)
  return state
end

local function wait_for(sums, within, spare)
  if spare < 0 then return math.huge end
  local rest, wait = within, left
  for age = SLICES, 1, -1 do
    if rest <= spare then return math.ceil(wait - ((spare - rest) * slice) / sums[age + 1]) end
    wait = wait + slice
    rest = rest - sums[age]
  end
  return math.ceil(wait - ((spare - rest) * slice) / sums[1])
end

local refusing, refusedUsed, refusedWait = 0, 0, 0
for i, counter in ipairs(counters) do
  local state = rolled(stored[i], index)
  if seeds[i] and seeds[i] ~= '' then state = told(state, counter.name, seeds[i]) end
  counter.state = state
  local sums = state.sums
  for _, adjustment in ipairs(adjustments) do
    local age = math.max(0, state.index - adjustment.index)
    if age <= SLICES then sums[age + 1] = math.max(0, sums[age + 1] + adjustment[counter.unit]) end
  end
  local need = needs[counter.unit]
  local within = 0
  for age = 1, SLICES do within = within + sums[age] end
  local used = within + (sums[SLICES + 1] * left) / slice
  local room = math.floor(counter.limit - used)
  local most = math.max(need, math.min(demands[counter.unit], room), math.floor(room * share))
  granted[counter.unit] = math.min(granted[counter.unit], most)
  if used + need > counter.limit then
    local wait = wait_for(sums, within, counter.limit - need)
    if refusing == 0 or wait > refusedWait then
      refusing, refusedUsed, refusedWait = i, math.ceil(used), wait
    end
  end
end
local after = {}
for i, counter in ipairs(counters) do
  local sums = counter.state.sums
  if refusing == 0 and adds then sums[1] = sums[1] + granted[counter.unit] end
  after[i] = line(counter.state)
  write[#write + 1] = counter.name
  write[#write + 1] = after[i]
end
redis.call('HSET', KEYS[1], unpack(write))
redis.call('PEXPIRE', KEYS[1], 2 * window)
if refusedWait == math.huge then refusedWait = -1 end
local answer = { index, refusing, refusedUsed, refusedWait, 0, epoch }
for unit = 1, #granted do answer[#answer + 1] = granted[unit] end
for i = 1, #after do answer[#answer + 1] = after[i] end
return answer`;
