-- Rate against loss and throughput without loss (RFC 2544 sections 26.3 and 26.1)
-- through weir, for Pktgen-DPDK. bench/pktgen.sh starts both sides and sets:
--   PKTGEN_DIR   where Pktgen.lua lies
--   PKTGEN_OUT   file for the trials: "SIZE PERCENT SECONDS SENT RECEIVED LATENCY_US"
--   PKTGEN_SIZES octets on the wire, comma between them; imix
--   PKTGEN_TRIAL milliseconds of a trial
--   PKTGEN_STEPS trials of the bisection
package.path = package.path .. ";" .. os.getenv("PKTGEN_DIR") .. "/?.lua"
require "Pktgen"

local trialMs = tonumber(os.getenv("PKTGEN_TRIAL") or "2000")
local steps = tonumber(os.getenv("PKTGEN_STEPS") or "8")
local out = assert(io.open(os.getenv("PKTGEN_OUT"), "w"))

-- The two directions: addresses and ports exchanged, so that both are one flow.
local way = {
	[0] = { dst = "0200:0000:0001", src = "0200:0000:0002", from = "10.1.0.1", to = "10.2.0.1", sport = 10000, dport = 9 },
	[1] = { dst = "0200:0000:0002", src = "0200:0000:0001", from = "10.2.0.1", to = "10.1.0.1", sport = 9, dport = 10000 },
}

-- IMIX comes from a capture for each port (imix.py).
local function set(size)
	pktgen.reset("all")
	pktgen.screen("off")
	pktgen.set("all", "burst", 32)
	pktgen.set("all", "count", 0)
	for port = 0, 1 do
		local w, p = way[port], tostring(port)
		pktgen.pcap(p, size == "imix" and "enable" or "disable")
		if size ~= "imix" then
			pktgen.set(p, "size", tonumber(size))
		end
		pktgen.set_proto(p, "udp")
		pktgen.set_mac(p, "dst", w.dst)
		pktgen.set_ipaddr(p, "dst", w.to)
		pktgen.set_ipaddr(p, "src", w.from .. "/16")
		pktgen.set(p, "sport", w.sport)
		pktgen.set(p, "dport", w.dport)
	end
	pktgen.delay(1000) -- the sender writes all its packets anew
end

local function sum(what)
	local s = pktgen.portStats("all", "port")
	return s[0][what] + s[1][what]
end

-- trial sends at a part of the line rate, percent, and tells sent and received.
local function trial(size, percent)
	pktgen.set("all", "rate", tostring(percent))
	pktgen.clr()
	pktgen.delay(200)
	local sent, got = sum("opackets"), sum("ipackets")
	pktgen.start("all")
	pktgen.delay(trialMs)
	pktgen.stop("all")
	pktgen.delay(300)
	sent, got = sum("opackets") - sent, sum("ipackets") - got
	out:write(string.format("%s %.3f %.3f %d %d\n", size, percent, trialMs / 1000, sent, got))
	out:flush()
	return sent, got
end

for size in string.gmatch(os.getenv("PKTGEN_SIZES"), "[^,]+") do
	set(size)
	trial(size, 1) -- tables warm up
	local low, high = 0, 100
	for _, percent in ipairs({ 100, 80, 60, 40, 20, 10 }) do
		local sent, got = trial(size, percent)
		if got >= sent then
			low = math.max(low, percent)
		else
			high = math.min(high, percent)
		end
	end
	for _ = 1, steps do
		if high - low < 0.5 then break end
		local sent, got = trial(size, (low + high) / 2)
		if got >= sent then low = (low + high) / 2 else high = (low + high) / 2 end
	end
end
out:close()
pktgen.quit()
