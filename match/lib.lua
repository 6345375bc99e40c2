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
-- civil is the date of a number of days since 1970-01-01.
local function civil(days)
	local z = days + 719468
	local era = z // 146097
	local doe = z - era * 146097
	local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
	local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
	local mp = (5 * doy + 2) // 153
	local m = mp < 10 and mp + 3 or mp - 9
	return yoe + era * 400 + (m <= 2 and 1 or 0), m, doy - (153 * mp + 2) // 5 + 1
end
local function iso(sec, usec)
	if not sec then return nil end
	local y, m, d = civil(sec // 86400)
	return string.format("%04d-%02d-%02dT%02d:%02d:%02d.%06d+0000", y, m, d, sec // 3600 % 24, sec // 60 % 60, sec % 60, usec)
end
local function legacy(sec, usec)
	if not sec then return nil end
	local y, m, d = civil(sec // 86400)
	return string.format("%02d/%02d/%04d-%02d:%02d:%02d.%06d", m, d, y, sec // 3600 % 24, sec // 60 % 60, sec % 60, usec)
end
function packet.timestamp() return env.ts_sec, env.ts_usec end
function packet.tuple()
	return env.ip_v, env.src_ip, env.dst_ip, env.proto, env.sp or env.itype or 0, env.dp or env.icode or 0
end
function packet.timestring_iso8601() return iso(env.ts_sec, env.ts_usec) end
function packet.timestring_legacy() return legacy(env.ts_sec, env.ts_usec) end
libs["suricata.packet"] = { get = function() return setmetatable({}, packet) end }

local flow = {}
flow.__index = flow
flow.id = fact("flow_id")
function flow.has_alerts() return env.flow_alerts == 1 end
function flow.app_layer_proto() return env.app, env.app_ts, env.app_tc, env.app_orig, env.app_expect end
function flow.stats() return env.pkts_ts, env.bytes_ts, env.pkts_tc, env.bytes_tc end
function flow.timestamps() return env.start_sec, env.start_usec, env.last_sec, env.last_usec end
function flow.timestring_iso8601() return iso(env.start_sec, env.start_usec) end
function flow.timestring_legacy() return legacy(env.start_sec, env.start_usec) end
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
	map = function(sig, name)
		name = name or sig
		registered["b" .. name] = true
		return name
	end,
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
	["suricata.dns"] = { rrname = "dns.query", queries = "dns.query", rcode = "#dns.rcode<", rcode_string = "#dns.rcode<" },
	["suricata.tls"] = {
		get_sni = "tls.sni", get_server_serial = "tls.cert_serial<", get_server_cert_not_before = "#tls.notbefore<",
		get_server_cert_not_after = "#tls.notafter<", get_server_cert_info = "tls.cert_subject<",
	},
	["suricata.ssh"] = {
		client_proto = "ssh.proto", server_proto = "ssh.proto<", client_software = "ssh.software", server_software = "ssh.software<",
		client_hassh = "ssh.hassh", client_hassh_string = "ssh.hassh.string", server_hassh = "ssh.hassh.server<",
		server_hassh_string = "ssh.hassh.server.string<",
	},
	["suricata.smtp"] = { get_mail_from = "smtp.mail_from", get_rcpt_list = "smtp.rcpt_to", get_mime_field = "email.subject" },
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
local function headers(all)
	if all == nil then return nil end
	local t = {}
	for n, v in (all .. "\r\n"):gmatch("([^:\r\n]+):[ \t]*([^\r\n]*)\r?\n") do t[n] = v end
	return t
end
classes["suricata.http"].request_headers = function() return headers(env["http.header.raw"]) end
classes["suricata.http"].response_headers = function() return headers(env["http.header.raw<"]) end
classes["suricata.http"].request_header = function(_, name) return header(env["http.header.raw"], name) end
classes["suricata.http"].response_header = function(_, name) return header(env["http.header.raw<"], name) end

local rcodes = { [0] = "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" }
local dns = libs["suricata.dns"]
dns.rrname = fact("dns.query")
dns.rcode = fact("#dns.rcode<")
function dns.rcode_string() return rcodes[env["#dns.rcode<"]] end
function dns.queries() return env["dns.query"] and { { rrname = env["dns.query"] } } or nil end
function dns.answers() return nil end
dns.authorities = dns.answers

-- What a library tells with one method from several buffers.
local more = {
	["tls.cert_subject<"] = { "tls.cert_issuer<", "tls.cert_fingerprint<" },
	["email.subject"] = { "email.from", "email.to", "email.cc", "email.date", "email.message_id", "email.x_mailer", "email.received" },
}
local tls = classes["suricata.tls"]
function tls.get_server_cert_info()
	return env.tls_version, env["tls.cert_subject<"], env["tls.cert_issuer<"], env["tls.cert_fingerprint<"]
end
local smtp = classes["suricata.smtp"]
function smtp.get_mime_field(_, name) return env["email." .. name:lower():gsub("-", "_")] end
function smtp.get_rcpt_list() return env["smtp.rcpt_to"] and { env["smtp.rcpt_to"] } or nil end

-- Digests. sum is the digest of a string; a hasher collects one.
local function rotl(x, n) return (x << n | x >> (32 - n)) & 0xffffffff end
local function padded(s, fmt) return s .. "\x80" .. ("\0"):rep((55 - #s) % 64) .. string.pack(fmt, #s * 8) end
local sines = {}
for i = 1, 64 do sines[i] = math.floor(math.abs(math.sin(i)) * 0x100000000) end
local turns = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } }
local function md5(s)
	s = padded(s, "<I8")
	local a0, b0, c0, d0 = 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476
	for at = 1, #s, 64 do
		local w = { string.unpack("<" .. ("I4"):rep(16), s, at) }
		local a, b, c, d = a0, b0, c0, d0
		for i = 0, 63 do
			local f, g
			local q = i >> 4
			if q == 0 then f, g = b & c | ~b & d, i
			elseif q == 1 then f, g = d & b | ~d & c, (5 * i + 1) & 15
			elseif q == 2 then f, g = b ~ c ~ d, (3 * i + 5) & 15
			else f, g = c ~ (b | ~d & 0xffffffff), (7 * i) & 15 end
			f = (f + a + sines[i + 1] + w[g + 1]) & 0xffffffff
			a, d, c, b = d, c, b, (b + rotl(f, turns[q + 1][(i & 3) + 1])) & 0xffffffff
		end
		a0, b0, c0, d0 = (a0 + a) & 0xffffffff, (b0 + b) & 0xffffffff, (c0 + c) & 0xffffffff, (d0 + d) & 0xffffffff
	end
	return string.pack("<I4I4I4I4", a0, b0, c0, d0)
end
local function sha1(s)
	s = padded(s, ">I8")
	local h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 }
	for at = 1, #s, 64 do
		local w = { string.unpack(">" .. ("I4"):rep(16), s, at) }
		for i = 17, 80 do w[i] = rotl(w[i - 3] ~ w[i - 8] ~ w[i - 14] ~ w[i - 16], 1) end
		local a, b, c, d, e = table.unpack(h)
		for i = 1, 80 do
			local f, k
			if i <= 20 then f, k = b & c | ~b & d, 0x5a827999
			elseif i <= 40 then f, k = b ~ c ~ d, 0x6ed9eba1
			elseif i <= 60 then f, k = b & c | b & d | c & d, 0x8f1bbcdc
			else f, k = b ~ c ~ d, 0xca62c1d6 end
			a, b, c, d, e = (rotl(a, 5) + (f & 0xffffffff) + e + k + w[i]) & 0xffffffff, a, rotl(b, 30), c, d
		end
		for i, v in ipairs({ a, b, c, d, e }) do h[i] = (h[i] + v) & 0xffffffff end
	end
	return string.pack(">I4I4I4I4I4", table.unpack(h))
end
local rounds = { -- FIPS 180-4 §4.2.2
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
local function rotr(x, n) return (x >> n | x << (32 - n)) & 0xffffffff end
local function sha256(s)
	s = padded(s, ">I8")
	local h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 }
	for at = 1, #s, 64 do
		local w = { string.unpack(">" .. ("I4"):rep(16), s, at) }
		for i = 17, 64 do
			local x, y = w[i - 15], w[i - 2]
			w[i] = (w[i - 16] + (rotr(x, 7) ~ rotr(x, 18) ~ x >> 3) + w[i - 7] + (rotr(y, 17) ~ rotr(y, 19) ~ y >> 10)) & 0xffffffff
		end
		local a, b, c, d, e, f, g, z = table.unpack(h)
		for i = 1, 64 do
			local t = z + (rotr(e, 6) ~ rotr(e, 11) ~ rotr(e, 25)) + (e & f ~ ~e & g & 0xffffffff) + rounds[i] + w[i]
			local u = (rotr(a, 2) ~ rotr(a, 13) ~ rotr(a, 22)) + (a & b ~ a & c ~ b & c)
			z, g, f, e, d, c, b, a = g, f, e, (d + t) & 0xffffffff, c, b, a, (t + u) & 0xffffffff
		end
		for i, v in ipairs({ a, b, c, d, e, f, g, z }) do h[i] = (h[i] + v) & 0xffffffff end
	end
	return string.pack(">" .. ("I4"):rep(8), table.unpack(h))
end
local function hex(s) return (s:gsub(".", function(c) return string.format("%02x", c:byte()) end)) end
local hashing = {}
for name, sum in pairs({ md5 = md5, sha1 = sha1, sha256 = sha256 }) do
	hashing[name .. "_digest"] = sum
	hashing[name .. "_hex_digest"] = function(s) return hex(sum(s)) end
	hashing[name] = function()
		local all = {}
		return {
			-- Both h.update(s) and h:update(s).
			update = function(self, s) all[#all + 1] = s or self end,
			finalize = function() return sum(table.concat(all)) end,
			finalize_to_hex = function() return hex(sum(table.concat(all))) end,
		}
	end
end
libs["suricata.hashing"] = hashing

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
	for k, others in pairs(more) do
		if found[k] then
			for _, o in ipairs(others) do found[o] = true end
		end
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
