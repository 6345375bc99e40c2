#!/bin/bash
# RFC 2544 through weir: a generator in one process, weir in another, virtio_user and
# vhost between them, both directions, 64 to 1518 octets and IMIX.
#
# usage: [PKTGEN=PATH/TO/pktgen] bench/pktgen.sh [JSON]
#
# PKTGEN names a Pktgen-DPDK that was built (docs/perf/pktgen.md says how; its
# Pktgen.lua is looked for above it, or in PKTGEN_DIR); without one `weir pktgen`
# sends. SIZES, TRIAL (seconds), STEPS change the run; CONFIG and RULES what weir
# does with the packets (nothing but track them, by default); GENCPU and CPU the
# CPUs of generator and worker. Fewer than four CPUs give no result: it is said.
set -euo pipefail
cd "$(dirname "$0")/.."
json=${1:-} sizes=${SIZES:-64,128,256,512,1024,1280,1518,imix} trial=${TRIAL:-2} steps=${STEPS:-8} gencpu=${GENCPU:-0} cpu=${CPU:-1}
weir=${WEIR:-bin/weir}
[ -x "$weir" ] || { echo "pktgen: $weir is missing: make build" >&2; exit 1; }
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
config=${CONFIG:-$dir/weir.yaml}
[ -n "${CONFIG:-}" ] || printf '%%YAML 1.1\n---\noutputs: []\nstats: {enabled: no}\nmetrics: {enabled: no}\nanomaly: {enabled: no}\n' >"$config"
rules=${RULES:-$dir/rules}
[ -n "${RULES:-}" ] || echo 'alert udp any any -> any 7 (msg:"nothing here"; content:"nothing like this"; sid:1;)' >"$rules"
"$weir" run -c "$config" -S "$rules" -l "$dir" --run-dir "$dir/run" --no-huge --set "workers.0=$cpu" \
	--vdev "net_vhost0,iface=$dir/a.sock" --vdev "net_vhost1,iface=$dir/b.sock" >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 200); do
	grep -q "rules are in force" "$dir/log" && break
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
grep -q "rules are in force" "$dir/log" || { echo "pktgen: weir did not start:" >&2; tail -5 "$dir/log" >&2; exit 1; }

ends=(--vdev "net_virtio_user0,path=$dir/a.sock,queue_size=1024" --vdev "net_virtio_user1,path=$dir/b.sock,queue_size=1024")
if [ -z "${PKTGEN:-}" ]; then
	echo "generator: weir pktgen (PKTGEN names no Pktgen-DPDK)"
	"$weir" pktgen "${ends[@]}" --cpu "$gencpu" --sizes "$sizes" --trial "${trial}s" --steps "$steps" ${json:+--json "$json"}
else
	for t in "$PKTGEN" script; do
		command -v "$t" >/dev/null || { echo "pktgen: $t is missing" >&2; exit 1; }
	done
	lua=${PKTGEN_DIR:-$(dirname "$PKTGEN")/../..}
	[ -f "$lua/Pktgen.lua" ] || { echo "pktgen: $lua/Pktgen.lua is missing: name its folder with PKTGEN_DIR" >&2; exit 1; }
	echo "generator: $PKTGEN"
	export PKTGEN_DIR=$lua PKTGEN_OUT=$dir/trials PKTGEN_SIZES=$sizes PKTGEN_STEPS=$steps PKTGEN_TRIAL=$((trial * 1000))
	python3 bench/pktgen/imix.py "$dir"
	# It wants a terminal; its main thread shows, another sends and receives.
	script -qec "$PKTGEN --no-huge -m 3072 --no-pci --file-prefix weirpktgen --lcores 0@$gencpu,1@$gencpu ${ends[*]} -- -P -m '1.[0-1]' -s 0:$dir/imix0.pcap -s 1:$dir/imix1.pcap -f bench/pktgen/throughput.lua" \
		"$dir/pktgen.log" >/dev/null 2>&1 </dev/null || { echo "pktgen: it failed:" >&2; tail -c 600 "$dir/pktgen.log" >&2; exit 1; }
	python3 - "$dir/trials" "$(nproc)" "$json" <<'P'
import json, sys
trials = [l.split() for l in open(sys.argv[1])]
cpus = int(sys.argv[2])
line = {}
def wire(size):  # frames a second of 10 Gbit/s, both directions
    sizes = [64] * 7 + [570] * 4 + [1518] if size == "imix" else [int(size)]
    return 2 * 1e10 * len(sizes) / sum(8 * (s + 20) for s in sizes)
rows = {}
for size, percent, seconds, sent, got in trials:
    rows.setdefault(size, []).append((float(percent), float(seconds), int(sent), int(got)))
if cpus < 4:
    print(f"NOT A RESULT: {cpus} CPUs for generator, worker and control (4 are needed): who is descheduled decides what is lost")
print("%-6s %10s %9s %s" % ("octets", "line Mpps", "sent Mpps", "".join("%9s" % f"at {p}%" for p in (100, 80, 60, 40, 20, 10)) + "   zero loss: Mpps, Gbit/s"))
for size, ts in rows.items():
    ts = ts[1:]  # the first warms tables up
    most = max(t[2] / t[1] for t in ts) / 1e6
    loss = {p: 100 * (1 - g / s) if s else 0 for p, _, s, g in reversed(ts) if p in (100, 80, 60, 40, 20, 10)}
    clean = [t for t in ts if t[3] >= t[2] > 0]
    z = max(clean, key=lambda t: t[2]) if clean else None
    print("%-6s %10.2f %9.2f %s   %s" % (size, wire(size) / 1e6, most, "".join("%8.2f%%" % loss[p] for p in (100, 80, 60, 40, 20, 10)),
          "%.3f %.2f" % (z[2] / z[1] / 1e6, 20 * z[2] / z[1] / wire(size)) if z else "none without loss"))
if sys.argv[3]:
    json.dump({"cpus": cpus, "trials": rows}, open(sys.argv[3], "w"), indent=1)
P
fi
"$weir" status --run-dir "$dir/run" | grep -E "^packets|dropped" || true
