#!/bin/bash
# Measure the engine: the mix (or the bundled capture) with a rule file, one rule
# and none, and the header path. usage: bench/run.sh [CAPTURE RULES [CONFIG]]
# RUNS, REPEAT, CPU and OUT set the number of runs (5), copies of the capture (20),
# the CPU (0) and the folder for the reports as JSON (out/bench).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${OUT:-out/bench}
mkdir -p "$out"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
capture=internal/demo/testdata/demo.pcap rules=configs/rules/starter.rules config=bench/bench.yaml
if [ $# -ge 2 ]; then
	capture=$1 rules=$2 config=${3:-$config}
elif [ -f ../shared/traffic/mix.pcap ]; then
	capture=../shared/traffic/mix.pcap config=../shared/traffic/bench.yaml rules=$tmp/et.rules
	cat ../shared/rules/et-open/*.rules >"$rules"
fi
echo 'alert tcp any any -> any 80 (msg:"one rule"; content:"weir-bench"; sid:1;)' >"$tmp/one.rules"
bench() { # bench NAME ARGS...
	local name=$1
	shift
	echo "== $name"
	bin/weir bench --runs "${RUNS:-5}" --cpu "${CPU:-0}" -c "$config" --json "$out/$name.json" "$@" 2>/dev/null
	echo
}
mix=(-r "$capture" --repeat "${REPEAT:-20}")
bench rules "${mix[@]}" -S "$rules"
bench one-rule "${mix[@]}" -S "$tmp/one.rules"
bench no-rules "${mix[@]}"
million=(--flows 1000000 --packets "${PACKETS:-20000000}" --inline)
bench header-1m "${million[@]}" --set anomaly.enabled=no
bench header-1m-anomaly "${million[@]}" --anomaly
if [ -n "${TEN_MILLION:-}" ]; then
	ten=(--flows 10000000 --packets 60000000 --inline)
	bench header-10m "${ten[@]}" --set anomaly.enabled=no
	bench header-10m-anomaly "${ten[@]}" --anomaly
fi
echo "== stream stage alone, in order: segments of 300 octets and their acknowledgements"
taskset -c "${CPU:-0}" go test ./dataplane/stream -run '^$' -bench InOrder -benchtime 2000000x -count "${RUNS:-5}" |
	tee "$out/in-order.txt"
echo "reports: $out"
