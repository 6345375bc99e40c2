#!/bin/bash
# Forwarding through weir, without rules and detectors, against dpdk-testpmd
# --forward-mode=io over the same virtual devices: net_null, which gives and takes
# as fast as it is asked. Alternating runs, medians.
#
# usage: bench/forward.sh [RUNS] [SECONDS] [JSON]
#
# weir without rules, detectors and outputs is a wire: it looks at nothing.
# Needs two CPUs (one for everything else, one for the worker), dpdk-dev, jq and
# no root.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5} seconds=${2:-3} json=${3:-}
for tool in dpdk-testpmd bin/weir jq; do
	command -v "$tool" >/dev/null || { echo "forward: $tool is missing: make build, docker/install-deps.sh build test" >&2; exit 1; }
done
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
vdevs=(--vdev net_null0,size=64 --vdev net_null1,size=64)

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# testpmd: packets a second, from its own report of the last period.
testpmd() {
	timeout -s INT $((seconds + 2)) dpdk-testpmd --no-huge -m 256 --no-pci --no-telemetry --file-prefix weir-forward -l 0,1 \
		"${vdevs[@]}" -- --forward-mode=io --auto-start --burst=64 --no-mlockall --stats-period 1 --total-num-mbufs 8192 2>/dev/null |
		awk '/Tx-pps/ {v += $2; if (++n % 2 == 0) {print v; v = 0}}' | tail -n +2 | median || true
}

cat >"$dir/weir.yaml" <<YAML
%YAML 1.1
---
anomaly: {enabled: no}
outputs: []
stats: {enabled: no}
metrics: {enabled: no}
YAML

# weir: packets that ports took between two looks at its status.
weir() {
	bin/weir run -c "$dir/weir.yaml" -S /dev/null -l "$dir" --run-dir "$dir/run" --no-huge "${vdevs[@]}" >"$dir/log" 2>&1 &
	pid=$!
	local n a b
	for n in $(seq 100); do
		grep -q "engine forwards" "$dir/log" && break
		sleep 0.1
	done
	sleep 1
	a=$(bin/weir status --json --run-dir "$dir/run" | jq .sent)
	sleep "$seconds"
	b=$(bin/weir status --json --run-dir "$dir/run" | jq .sent)
	kill "$pid" && wait "$pid" 2>/dev/null || true
	pid=
	echo $(((b - a) / seconds))
}

: >"$dir/t" && : >"$dir/w"
for i in $(seq "$runs"); do
	testpmd >>"$dir/t"
	weir >>"$dir/w"
	printf 'run %d: testpmd %12d packets/s   weir %12d packets/s\n' "$i" "$(tail -1 "$dir/t")" "$(tail -1 "$dir/w")"
done
t=$(median <"$dir/t") w=$(median <"$dir/w")
awk -v t="$t" -v w="$w" 'BEGIN {printf "forwarding, 64 octets: testpmd io %.2f Mpps, weir %.2f Mpps, ratio %.2f\n", t / 1e6, w / 1e6, w / t}'
[ -z "$json" ] || jq -n --argjson testpmd "$t" --argjson weir "$w" '{forward: {testpmd_pps: $testpmd, weir_pps: $weir}}' >"$json"
