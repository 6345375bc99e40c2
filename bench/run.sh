#!/bin/bash
# Measure replay speed: five runs each without rules, with one rule and with a rule
# file, medians. usage: bench/run.sh [CAPTURE [RULES]]
set -euo pipefail
cd "$(dirname "$0")/.."
capture=${1:-internal/demo/testdata/demo.pcap}
rules=${2:-configs/rules/starter.rules}
[ $# -gt 0 ] || [ ! -f ../shared/traffic/mix.pcap ] || capture=../shared/traffic/mix.pcap
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
echo 'alert tcp any any -> any 80 (msg:"one rule"; content:"weir-bench"; sid:1;)' >"$out/one.rules"
measure() { # measure NAME ARGS...: packets a second, median of five
	local name=$1 n
	shift
	for n in 1 2 3 4 5; do
		bin/weir replay -q -k none --mapped -r "$capture" -l "$out" --summary "$out/s.json" "$@" 2>/dev/null
		sed -n 's/^ "\(Packets\|Seconds\)": \([0-9.e-]*\),*/\2/p' "$out/s.json" | tr '\n' ' '
		echo
	done | awk '{printf "%.0f\n", $1/$2}' | sort -n | awk -v n="$name" '{v[NR]=$1} END {printf "%-14s %12.0f packets/s  (%.0f to %.0f)\n", n, v[3], v[1], v[5]}'
}
echo "replay of $capture, one worker, medians of five"
measure "no rules" --disable-detection
measure "one rule" -S "$out/one.rules"
measure "rule file" -S "$rules"
