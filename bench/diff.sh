#!/bin/bash
# Compare this tree with another revision: both are built, and run in turn on the
# same CPU and input, so that what else the machine does hits both alike.
# usage: bench/diff.sh BASE [NAME...]; names: mix, header (default: both).
# ROUNDS sets how often each runs (6). SHORT=1 takes the bundled capture and less of
# everything. FAIL=1.25 exits 1 when the median cost grew to more than that.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:?usage: bench/diff.sh BASE-REVISION}
shift
rounds=${ROUNDS:-6} cpu=${CPU:-0}
tmp=$(mktemp -d)
trap 'git worktree remove --force "$tmp/base" 2>/dev/null || true; rm -rf "$tmp"' EXIT
git worktree add -q --detach "$tmp/base" "$base"
(cd "$tmp/base" && go build -o "$tmp/old" ./cmd/weir)
go build -o "$tmp/new" ./cmd/weir
if ! "$tmp/old" bench --help 2>/dev/null | grep -q -- --go-bench; then
	echo "bench: $base has no benchmark to compare with"
	exit 0
fi
capture=internal/demo/testdata/demo.pcap rules=configs/rules/starter.rules config=bench/bench.yaml repeat=20 packets=3000000
if [ -z "${SHORT:-}" ] && [ -f ../shared/traffic/mix.pcap ]; then
	capture=../shared/traffic/mix.pcap config=../shared/traffic/bench.yaml rules=$tmp/et.rules repeat=5
	cat ../shared/rules/et-open/*.rules >"$rules"
elif [ -n "${SHORT:-}" ]; then
	repeat=40 packets=1000000
fi
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(mix header)
args() {
	case $1 in
	mix) echo "-r $capture --repeat $repeat -S $rules" ;;
	header) echo "--flows 100000 --packets $packets --inline --set anomaly.enabled=no" ;;
	*) echo "bench/diff.sh: no benchmark is called $1" >&2; exit 2 ;;
	esac
}
for _ in $(seq "$rounds"); do
	for n in "${names[@]}"; do
		a=$(args "$n")
		for side in old new; do
			# shellcheck disable=SC2086
			"$tmp/$side" bench $a -c "$config" --runs 1 --cpu "$cpu" --go-bench "$tmp/$side.txt" --name "$n" >/dev/null 2>&1
		done
	done
done
if command -v benchstat >/dev/null; then
	benchstat "$tmp/old.txt" "$tmp/new.txt"
fi
status=0
for n in "${names[@]}"; do
	median() { awk -v n="Benchmark$n" '$1 == n {print $3}' "$tmp/$1.txt" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
	awk -v n="$n" -v o="$(median old)" -v w="$(median new)" -v f="${FAIL:-0}" -v b="$base" 'BEGIN {
		printf "%-8s %s: %.0f ns a packet, this tree: %.0f, %+.1f%%\n", n, b, o, w, 100 * (w / o - 1)
		exit f > 0 && w > o * f }' || status=1
done
exit $status
