-- wrk: requests of a file, one after the other from a random start, and the result as one line of JSON.
-- The file: for each request its length on a line of its own, then the request itself, as it goes over the wire.
local threads, requests, at = {}, {}, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local size = file:read("*n", "*l")
  while size do
    requests[#requests + 1] = file:read(size)
    size = file:read("*n", "*l")
  end
  file:close()
  math.randomseed(os.time())
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write
  io.write(string.format(
    'JSON{"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"refused":%d,"broken":%d,"bytes":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status, bad + summary.errors.timeout, summary.bytes))
end
