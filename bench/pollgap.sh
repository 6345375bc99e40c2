#!/bin/bash
# Gaps between two polls of weir's worker, under load, against a pinned C loop whose
# turns are as long, in turn on the same CPU. weir's control is scraped every 100 ms
# and writes some 50,000 events a second meanwhile; then the same while its rules
# are reloaded 20 times.
#
# usage: bench/pollgap.sh [RUNS] [SECONDS] [JSON]
#
# One frame in EVERY (64) raises an alert: at 20 us a burst of 64 that is 50,000
# events a second. CPU names the worker's CPU (1); PRIO a real-time priority for worker and loop, on
# machines whose CPUs others use, too; RULES a rule file beside the one that alerts.
# Needs two CPUs, cc, python3, curl; root for PRIO. The longest gap is not compared:
# it is the machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5} seconds=${2:-5} json=${3:-} cpu=${CPU:-1} prio=${PRIO:-} port=${PORT:-19464}
for tool in cc bin/weir python3 curl; do
	command -v "$tool" >/dev/null || { echo "pollgap: $tool is missing: make build, docker/install-deps.sh build test" >&2; exit 1; }
done
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cc -O2 -o "$dir/loop" bench/pollgap.c

# 64 frames of as many flows, of which every EVERY-th holds what the rule looks for.
python3 - "$dir/in.pcap" "${EVERY:-64}" <<'P'
import struct, sys
out = open(sys.argv[1], "wb")
out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
for i in range(64):
    data = b"weir-poll-gap!!!" if i % int(sys.argv[2]) == 0 else b"nothing at all.."
    udp = struct.pack(">HHHH", 40000 + i, 9, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    s = sum(struct.unpack(">10H", ip)); s = (s >> 16) + (s & 0xffff)
    ip = ip[:10] + struct.pack(">H", ~(s + (s >> 16)) & 0xffff) + ip[12:]
    f = bytes.fromhex("020000000002020000000001") + b"\x08\x00" + ip + udp
    out.write(struct.pack("<IIII", i, 0, len(f), len(f)) + f)
P
echo 'alert udp any any -> any 9 (msg:"poll gap"; content:"weir-poll-gap"; sid:1;)' >"$dir/rules"
[ -z "${RULES:-}" ] || cat "$RULES" >>"$dir/rules"
cat >"$dir/weir.yaml" <<YAML
%YAML 1.1
---
anomaly: {enabled: no}
outputs:
  - eve-log: {enabled: yes, filename: eve.json, types: [alert]}
stats: {enabled: no}
metrics: {enabled: yes, listen: 127.0.0.1:$port}
workers: [$cpu]
YAML

# Quantiles between two scrapes, from the histogram's buckets.
cat >"$dir/gaps.py" <<'P'
import re, sys
def read(name):
    le, rest = {}, {}
    for l in open(name):
        m = re.match(r'weir_poll_gap_seconds_bucket\{.*le="([^"]+)".*\} (\S+)', l)
        if m:
            le[float(m[1])] = le.get(float(m[1]), 0) + float(m[2])
        elif not l.startswith("#"):
            k, _, v = l.rstrip().rpartition(" ")
            k = k.split("{")[0]
            try: rest[k] = rest.get(k, 0) + float(v)
            except ValueError: pass
    return le, rest
(a, ra), (b, rb) = read(sys.argv[1]), read(sys.argv[2])
d = sorted((k, b[k] - a.get(k, 0)) for k in b)
n = d[-1][1]
def q(p): # within a bin as if its gaps were evenly spread
    low = seen = 0
    for k, v in d:
        if v >= p * n: return (low + (k - low) * (p * n - seen) / (v - seen) if k != float("inf") else low) * 1e9
        low, seen = k, v
diff = lambda k: rb.get(k, 0) - ra.get(k, 0)
events = next((diff(k) for k in ("weir_events_written_total",) if k in rb), 0)
print("%.0f %.0f %.0f 0 %.0f %.0f %.0f" % (n, q(.5), q(.999), diff("weir_poll_gaps_above_200us_total"), events / float(sys.argv[3]), diff("weir_engine_gc_cycles_total")))
P

scrape() { curl -fs "http://127.0.0.1:$port/metrics"; }

start() {
	rm -rf "$dir/log"; mkdir -p "$dir/log"
	bin/weir run -c "$dir/weir.yaml" -S "$dir/rules" -l "$dir/log" --run-dir "$dir/run" --no-huge \
		--vdev "net_pcap0,rx_pcap=$dir/in.pcap,infinite_rx=1" --vdev net_null1,no-rx=1 >"$dir/out" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		grep -q "engine forwards" "$dir/out" && scrape >/dev/null 2>&1 && break
		sleep 0.1
	done
	scrape >/dev/null || { cat "$dir/out" >&2; exit 1; }
	sleep 1
	[ -n "$prio" ] || return 0
	# The worker is the engine's thread that may run on its CPU alone.
	local engine t
	for engine in $(pgrep -P "$pid"); do
		for t in /proc/"$engine"/task/*; do
			[ "$(taskset -cp "${t##*/}" 2>/dev/null | sed 's/.*: //')" != "$cpu" ] || chrt -f -p "$prio" "${t##*/}" 2>/dev/null || true
		done
	done
}

stop() { kill "$pid" && wait "$pid" 2>/dev/null || true; pid=; }

# weir steady|reload: polls, p50, p99.9, -, gaps above 200 us, events/s, collections
weir() {
	start
	scrape >"$dir/a"
	if [ "$1" = reload ]; then
		(for _ in $(seq 20); do echo "# $RANDOM" >>"$dir/rules"; bin/weir reload --run-dir "$dir/run" >/dev/null 2>&1 || true; done) &
	else
		sleep "$seconds" &
	fi
	local busy=$! begin end
	begin=$(date +%s.%N)
	while kill -0 "$busy" 2>/dev/null; do
		scrape >/dev/null || true
		sleep 0.1
	done
	scrape >"$dir/b"
	end=$(date +%s.%N)
	python3 "$dir/gaps.py" "$dir/a" "$dir/b" "$(python3 -c "print($end - $begin)")"
	stop
}

loop() { # loop NS: the C loop
	if [ -n "$prio" ]; then
		chrt -f "$prio" taskset -c "$cpu" "$dir/loop" "$seconds" "$1"
	else
		taskset -c "$cpu" "$dir/loop" "$seconds" "$1"
	fi
}

for i in $(seq "$runs"); do
	weir steady >>"$dir/steady"
	turn=$(tail -1 "$dir/steady" | cut -d' ' -f2)
	loop "$turn" >>"$dir/loop.txt"
	weir reload >>"$dir/reload"
	for k in steady reload loop.txt; do
		echo "run $i ${k%.txt}: $(tail -1 "$dir/$k" | awk '{printf "%d turns, p50 %.1f us, p99.9 %.1f us, above 200 us %d%s", $1, $2/1e3, $3/1e3, $5, (NF > 5 ? sprintf(", %d events/s, %d collections", $6, $7) : "")}')"
	done
done
col() { cut -d' ' -f"$2" "$dir/$1" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
# Gaps above 200 us a second: runs are not of one length.
python3 - "$dir" "$seconds" "$json" <<'P'
import json, statistics as st, sys
d, seconds, out = sys.argv[1], float(sys.argv[2]), sys.argv[3]
rows = {k: [list(map(float, l.split())) for l in open(f"{d}/{k}")] for k in ("steady", "reload", "loop.txt")}
med = {k: {"p50_ns": st.median(r[1] for r in v), "p99.9_ns": st.median(r[2] for r in v), "above_200us": st.median(r[4] for r in v),
           "above_200us_per_million": st.median(1e6 * r[4] / r[0] for r in v)} for k, v in rows.items()}
for k, v in med.items():
    print("%-7s medians: p50 %.1f us, p99.9 %.1f us, above 200 us: %.0f a run, %.1f in a million turns" % (k.split(".")[0], v["p50_ns"] / 1e3, v["p99.9_ns"] / 1e3, v["above_200us"], v["above_200us_per_million"]))
for k in ("steady", "reload"):
    a, b = med[k], med["loop.txt"]
    print("%s against the loop: p99.9 %.2f times, gaps above 200 us %.2f times" % (k, a["p99.9_ns"] / b["p99.9_ns"], (a["above_200us_per_million"] + .01) / (b["above_200us_per_million"] + .01)))
if out: json.dump(med, open(out, "w"), indent=1)
P
