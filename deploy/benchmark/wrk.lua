-- Requests for wrk, from a file that bench.py wrote: wrk … -s wrk.lua URL -- FILE THREADS
--
-- A line is a whole request: method, path, headers (one after another, "Name: value") and body, tabs between them. Each thread
-- takes its own lines, one after another, again and again. A line that begins with "move" changes an action's status: its
-- version grows by one each time, so every line is another action and no two connections meet on one.
local counter = 0
function setup(thread)
    thread:set("number", counter)
    counter = counter + 1
end

local requests, moves, position, count = {}, {}, 0, 0

local function split(line)
    local fields = {}
    for field in (line .. "\t"):gmatch("(.-)\t") do fields[#fields + 1] = field end
    return fields
end

function init(arguments)
    local threads, index = tonumber(arguments[2]), 0
    for line in io.lines(arguments[1]) do
        if index % threads == number then
            local fields = split(line)
            if fields[1] == "move" then
                moves[#moves + 1] = {
                    path = fields[2], authorization = fields[3], version = tonumber(fields[4]), status = fields[5] }
            else
                local headers = { ["Host"] = wrk.host }
                for at = 3, #fields - 1 do
                    local name, value = fields[at]:match("^(.-): (.*)$")
                    headers[name] = value
                end
                local body = fields[#fields]
                requests[#requests + 1] = wrk.format(fields[1], fields[2], headers, body ~= "" and body or nil)
            end
        end
        index = index + 1
    end
    count = math.max(#requests, #moves)
end

local bodies = {
    paused = { to = "in_progress", text = '{"to":"in_progress"}' },
    in_progress = { to = "paused", text = '{"to":"paused","reason":"Attente de la convention."}' },
}

-- wrk asks the first thread for one request that it only looks at.
local is_asked = false

function request()
    if number == 0 and not is_asked then
        is_asked = true
        return wrk.format("GET", "/")
    end
    position = position % count + 1
    if #moves == 0 then return requests[position] end
    local move = moves[position]
    local body = bodies[move.status]
    local text = "POST " .. move.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nAuthorization: " .. move.authorization
        .. "\r\nContent-Type: application/json\r\nIf-Match: \"" .. move.version .. "\"\r\nContent-Length: " .. #body.text
        .. "\r\n\r\n" .. body.text
    move.version, move.status = move.version + 1, body.to
    return text
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
