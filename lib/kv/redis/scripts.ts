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

/**
 * The sliding window of lib/kv/window.ts, operation by operation. Arguments: now in ms or '' for the server's clock, window in ms,
 * share, whether to add, then three lists, each led by its length: amounts (need, want), counters (name, unit, limit),
 * adjustments (index, amount by unit). Answers index, position of the refusing counter or 0, its sum, its wait (-1: never), grants.
 */
export const SPEND_WINDOW = `${NOW}
local at = 0
local function text() at = at + 1; return ARGV[at] end
local function number() return tonumber(text()) end
now = tonumber(text()) or now
local window, share, adds = number(), number(), number() == 1
local needs, granted = {}, {}
for unit = 1, number() do
  local need, want = number(), number()
  needs[unit], granted[unit] = need, math.max(need, want)
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
local index = math.floor(now / window)
local left = window - (now - index * window)
local stored = redis.call('HMGET', KEYS[1], unpack(names))
local refusing, refusedUsed, refusedWait = 0, 0, 0
for i, counter in ipairs(counters) do
  local stateIndex, current, previous = string.match(stored[i] or '', '^(%d+) (%d+) (%d+)$')
  local state = { index = tonumber(stateIndex), current = tonumber(current), previous = tonumber(previous) }
  if not state.index or state.index < index - 1 then
    state = { index = index, current = 0, previous = 0 }
  elseif state.index < index then
    state = { index = index, current = 0, previous = state.current }
  end
  counter.state = state
  for _, adjustment in ipairs(adjustments) do
    local amount = adjustment[counter.unit]
    if adjustment.index >= state.index then
      state.current = math.max(0, state.current + amount)
    elseif adjustment.index == state.index - 1 then
      state.previous = math.max(0, state.previous + amount)
    end
  end
  local need = needs[counter.unit]
  local used = (state.previous * left) / window + state.current
  local room = math.max(need, math.floor((counter.limit - used) * share))
  granted[counter.unit] = math.min(granted[counter.unit], room)
  if used + need > counter.limit then
    local spare = counter.limit - need
    local wait = math.huge
    if spare >= 0 and state.current <= spare then
      wait = math.ceil(left - ((spare - state.current) * window) / state.previous)
    elseif spare >= 0 then
      wait = math.ceil(left + window - (spare * window) / state.current)
    end
    if refusing == 0 or wait > refusedWait then
      refusing, refusedUsed, refusedWait = i, math.ceil(used), wait
    end
  end
end
local write = {}
for _, counter in ipairs(counters) do
  local state = counter.state
  if refusing == 0 and adds then state.current = state.current + granted[counter.unit] end
  write[#write + 1] = counter.name
  write[#write + 1] = string.format('%d %d %d', state.index, state.current, state.previous)
end
redis.call('HSET', KEYS[1], unpack(write))
redis.call('PEXPIRE', KEYS[1], 2 * window)
if refusedWait == math.huge then refusedWait = -1 end
local answer = { index, refusing, refusedUsed, refusedWait }
for unit = 1, #granted do answer[4 + unit] = granted[unit] end
return answer`;
