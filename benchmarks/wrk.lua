-- Bodies from a file, one a request; with a rate, sent at the arrival times of a Poisson process.
-- wrk -t1 -c CONNECTIONS -d SECONDs -s wrk.lua URL -- BODIES FIRST RATE SEED
--
-- With a rate the loop is open: each connection takes the next arrival time and waits for it, whether or not
-- earlier requests have been answered, as long as one of the connections is free. How late requests were sent
-- for want of a free one is part of the result.

local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds, nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *now);
]]

local bodies, at, rate = {}, 0, 0
local now_is, next_arrival = ffi.new("bench_time"), nil
late_ms, late_worst_ms, sent = 0, 0, 0
local thread_of_done

local function now_ms()
  ffi.C.clock_gettime(1, now_is)
  return tonumber(now_is.seconds) * 1000 + tonumber(now_is.nanoseconds) / 1e6
end

function setup(thread)
  thread_of_done = thread
end

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = wrk.format("POST", wrk.path, headers, line)
  end
  at = tonumber(args[2] or 0)
  rate = tonumber(args[3] or 0)
  math.randomseed(tonumber(args[4] or 1))
  if rate == 0 then
    delay = nil
  end
end

function delay()
  local now = now_ms()
  next_arrival = (next_arrival or now) - math.log(1 - math.random()) * 1000 / rate
  if next_arrival < now then
    late_ms = late_ms + now - next_arrival
    late_worst_ms = math.max(late_worst_ms, now - next_arrival)
    return 0
  end
  return math.floor(next_arrival - now + 0.5)
end

function request()
  at = at % #bodies + 1
  sent = sent + 1
  return bodies[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p90_ms": %.3f, "p99_ms": %.3f, ' ..
    '"failed": %d, "sent": %d, "late_mean_ms": %.3f, "late_worst_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    thread_of_done:get("sent"), thread_of_done:get("late_ms") / math.max(1, thread_of_done:get("sent")),
    thread_of_done:get("late_worst_ms")))
end
