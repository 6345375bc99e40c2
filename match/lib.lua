-- What scripts of rules see of the traffic: the suricata.* libraries. The engine
-- hands over a flat table of facts with each call (env); what a script changes is
-- noted and goes back with the result.

local env, changes, needs = {}, {}, {}
local libs = {}

local function note(kind, name, value)
	changes[#changes + 1] = kind .. string.pack("<s1s2", name, value)
end

local function octets(v)
	if v == nil then return nil end
	return tostring(v)
end

-- A method that gives a fact, and asks for it when the script is looked at.
local function fact(key)
	return function() return env[key] end
end

local function want(...)
	for _, k in ipairs({ ... }) do needs[k] = true end
end

local packet = {}
packet.__index = packet
for name, key in pairs({ payload = "payload", packet = "packet", pcap_cnt = "pcap_cnt", sp = "sp", dp = "dp" }) do
	packet[name] = fact(key)
end
function packet.timestamp() return env.ts_sec, env.ts_usec end
function packet.tuple() return env.ip_v, env.src_ip, env.dst_ip, env.proto, env.sp, env.dp end
function packet.timestring_iso8601() return env.ts_iso end
function packet.timestring_legacy() return env.ts_legacy end
libs["suricata.packet"] = { get = function() return setmetatable({}, packet) end }

local flow = {}
flow.__index = flow
for name, key in pairs({ id = "flow_id", app_layer_proto = "app", has_alerts = "flow_alerts" }) do
	flow[name] = fact(key)
end
function flow.app_layer_proto() return env.app, env.app_ts, env.app_tc, env.app_orig, env.app_expect end
function flow.stats() return env.pkts_ts, env.bytes_ts, env.pkts_tc, env.bytes_tc end
function flow.timestamps() return env.start_sec, env.last_sec, env.start_usec, env.last_usec end
function flow.tuple() return env.ip_v, env.flow_src, env.flow_dst, env.proto, env.flow_sp, env.flow_dp end
libs["suricata.flow"] = { get = function() return setmetatable({}, flow) end }

-- Variables of the flow. Values set by this call are seen by it.
local pending = {}
local function variable(kind)
	local v = {}
	v.__index = v
	function v:value()
		local key = kind .. self.name
		if pending[key] ~= nil then return pending[key] end
		return env[key]
	end
	function v:set(value)
		pending[kind .. self.name] = value
		note(kind, self.name, tostring(value))
		return value
	end
	return v
end
local flowvar, flowint = variable("v"), variable("i")
function flowint:incr() return self:set(math.min((self:value() or 0) + 1, 0xffffffff)) end
function flowint:decr() return self:set(math.max((self:value() or 0) - 1, 0)) end
local registered = {}
local function register(kind)
	return function(name)
		registered[kind .. name] = true
		return true
	end
end
local function handle(kind, class)
	return function(name)
		registered[kind .. name] = true
		return setmetatable({ name = name }, class)
	end
end
libs["suricata.flowvar"] = { register = register("v"), get = handle("v", flowvar) }
libs["suricata.flowint"] = { register = register("i"), get = handle("i", flowint) }

local bytevar = {}
bytevar.__index = bytevar
function bytevar:value() return env["b" .. self.name] end
libs["suricata.bytevar"] = {
	map = function(name) registered["b" .. name] = true return name end,
	get = function(name) return setmetatable({ name = name }, bytevar) end,
}

local rule = {}
rule.__index = rule
for _, k in ipairs({ "action", "class_description", "gid", "msg", "priority", "rev", "sid" }) do
	rule[k] = fact("rule_" .. k)
end
libs["suricata.rule"] = { get_rule = function() return setmetatable({}, rule) end }

-- Buffers of transactions: methods by library, and the buffers behind them.
local buffers = {
	["suricata.http"] = {
		request_uri_raw = "http.uri.raw", request_uri_normalized = "http.uri", request_line = "http.request_line",
		request_headers_raw = "http.header.raw", response_headers_raw = "http.header.raw<", response_line = "http.response_line",
		request_body = "http.request_body", response_body = "file.data<", request_host = "http.host",
	},
	["suricata.dns"] = { rrname = "dns.query" },
	["suricata.tls"] = { get_client_sni = "tls.sni" },
	["suricata.ssh"] = {
		client_proto = "ssh.proto", server_proto = "ssh.proto<", client_software = "ssh.software", server_software = "ssh.software<",
		client_hassh = "ssh.hassh", client_hassh_string = "ssh.hassh.string", server_hassh = "ssh.hassh.server<",
		server_hassh_string = "ssh.hassh.server.string<",
	},
	["suricata.smtp"] = { get_mime_field = "email.subject" },
	["suricata.ja3"] = { ja3_get_hash = "ja3.hash", ja3_get_string = "ja3.string", ja3s_get_hash = "ja3s.hash<", ja3s_get_string = "ja3s.string<" },
}
-- header finds a header by name, whatever its case.
local function header(all, name)
	if all == nil then return nil end
	name = name:lower()
	for n, v in (all .. "\r\n"):gmatch("([^:\r\n]+):[ \t]*([^\r\n]*)\r?\n") do
		if n:lower() == name then return v end
	end
	return nil
end
local classes = {}
for lib, methods in pairs(buffers) do
	local class = {}
	class.__index = class
	for name, key in pairs(methods) do class[name] = fact(key) end
	classes[lib] = class
	libs[lib] = { get_tx = function() return setmetatable({}, class) end, enable_ja3 = function() end }
end
classes["suricata.http"].request_header = function(_, name) return header(env["http.header.raw"], name) end
classes["suricata.http"].response_header = function(_, name) return header(env["http.header.raw<"], name) end

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function encode(s, padded)
	local out = {}
	for i = 1, #s, 3 do
		local a, b, c = s:byte(i, i + 2)
		local n = a << 16 | (b or 0) << 8 | (c or 0)
		for k = 18, 0, -6 do
			local at = n >> k & 63
			out[#out + 1] = alphabet:sub(at + 1, at + 1)
		end
		if not c then out[#out] = padded and "=" or "" end
		if not b then out[#out - 1] = padded and "=" or "" end
	end
	return table.concat(out)
end
local function decode(s)
	local out, acc, have = {}, 0, 0
	for c in s:gsub("=+$", ""):gmatch(".") do
		local v = alphabet:find(c, 1, true)
		if not v then return nil end
		acc, have = acc << 6 | (v - 1), have + 6
		if have >= 8 then
			have = have - 8
			out[#out + 1] = string.char(acc >> have & 255)
			acc = acc & ((1 << have) - 1)
		end
	end
	return table.concat(out)
end
libs["suricata.base64"] = {
	encode = function(s) return encode(s, true) end, encode_nopad = function(s) return encode(s, false) end, decode = decode,
	decode_nopad = decode, decode_padopt = decode, decode_rfc2045 = function(s) return decode((s:gsub("[^%w+/=]", ""))) end,
	decode_rfc4648 = decode,
}
libs["suricata.util"] = { thread_info = function() return { id = 0, name = "weir", thread_group_name = "weir" } end }
local quiet = function() end
libs["suricata.log"] = { info = quiet, notice = quiet, warning = quiet, error = quiet, debug = quiet, config = quiet, perf = quiet }
libs["suricata.config"] = { log_path = function() return "" end }

local required = {}
function require(name)
	local l = libs[name]
	if not l then error("library '" .. tostring(name) .. "' is not there") end
	required[name] = true
	return l
end

SC = nil

-- weir_needs runs init and tells, a word a line, what the script wants: needs (n),
-- libraries (l), buffers (f), variables (v, i, b). text is the script's own.
function weir_needs(text)
	local asked = init and init({}) or {}
	if type(asked) == "table" then
		for k, v in pairs(asked) do
			if v and v ~= "false" then needs[k] = true end
		end
	end
	if thread_init then thread_init() end
	local out = {}
	for k in pairs(needs) do out[#out + 1] = "n" .. tostring(k) end
	local found = {}
	for lib in pairs(required) do
		out[#out + 1] = "l" .. lib
		for name, key in pairs(buffers[lib] or {}) do
			if text and text:find(name, 1, true) then found[key] = true end
		end
	end
	if text and required["suricata.http"] then
		if text:find("request_header", 1, true) then found["http.header.raw"] = true end
		if text:find("response_header", 1, true) then found["http.header.raw<"] = true end
	end
	for k in pairs(found) do out[#out + 1] = "f" .. k end
	for k in pairs(registered) do out[#out + 1] = k end
	table.sort(out)
	return table.concat(out, "\n")
end

-- weir_match calls match and gives its result: an integer, or octets when there
-- are changes, the first of which is the result.
function weir_match(facts)
	env, changes, pending = facts, {}, {}
	local r = match(facts)
	local yes = r == 1 or r == true or type(r) == "table" and (r[1] == 1 or r.retval == 1)
	if #changes == 0 then return yes and 1 or 0 end
	return (yes and "1" or "0") .. table.concat(changes)
end

-- weir_transform calls transform; what is no text leaves the buffer as it is.
local arguments = {}
function weir_argument(a) arguments[#arguments + 1] = a end
function weir_transform(data)
	if not transform then return nil end
	local out, n = transform(data, arguments)
	if type(out) ~= "string" then return nil end
	if math.type(n) == "integer" and n >= 0 and n < #out then out = out:sub(1, n) end
	return out
end
