#!/bin/bash
# Hold weir against Suricata and Snort where they are installed: the same capture,
# copied and rewritten, the same rules, the same CPU, in turn.
# usage: bench/compare.sh CAPTURE RULES [CONFIG]; SURICATA and SNORT name the programs.
# Start-up is excluded: weir's by its benchmark, Suricata's by the time that it says
# its packets took (on one CPU nothing else runs meanwhile), Snort's by subtracting
# what it takes for the capture's first packet alone.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { sed -n '2,6s/^# //p' "$0"; exit 2; }
capture=$1 rules=$2 config=${3:-bench/bench.yaml} cpu=${CPU:-0} repeat=${REPEAT:-20} runs=${RUNS:-3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bin/weir bench -r "$capture" --repeat "$repeat" --write "$tmp/all.pcap"
size=$(od -An -tu4 -j32 -N4 "$tmp/all.pcap" | tr -d ' ')
head -c $((24 + 16 + size)) "$tmp/all.pcap" >"$tmp/first.pcap"
cpu_seconds() { # user and system time of a command on the CPU
	local t
	TIMEFORMAT='%U %S'
	t=$({ time taskset -c "$cpu" "$@" >"$tmp/log" 2>&1; } 2>&1) || { echo "failed: $*" >&2; tail -3 "$tmp/log" >&2; return 1; }
	echo "$t" | awk '{print $1 + $2}'
}
other() { # other NAME COMMAND with CAPTURE for the capture: ns a packet
	local name=$1 n
	shift
	mkdir -p "$tmp/$name"
	for n in $(seq "$runs"); do
		if [ "$name" = suricata ]; then
			cpu_seconds "${@/CAPTURE/$tmp/all.pcap}" >/dev/null
			sed -n 's/.*time elapsed \([0-9.]*\)s.*/\1 0/p' "$tmp/log"
			continue
		fi
		echo "$(cpu_seconds "${@/CAPTURE/$tmp/all.pcap}") $(cpu_seconds "${@/CAPTURE/$tmp/first.pcap}")"
	done | awk '{print $1 - $2}' | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
bin/weir bench -r "$capture" --repeat "$repeat" --runs "$runs" --cpu "$cpu" -c "$config" -S "$rules" --json "$tmp/weir.json" 2>/dev/null | sed -n 1,4p
ours=$(sed -n 's/^ "Median": \([0-9.e+]*\),/\1/p' "$tmp/weir.json")
packets=$(sed -n 's/.*"Packets": \([0-9]*\),/\1/p' "$tmp/weir.json" | sort -n | tail -n 1)
say() { awk -v n="$1" -v s="$2" -v p="$packets" -v o="$ours" 'BEGIN {x = s * 1e9 / p; printf "%-10s %8.0f ns a packet; weir takes 1/%.2f of it\n", n, x, x / o}'; }
found=
suricata=${SURICATA:-$(command -v suricata || true)}
if [ -n "$suricata" ]; then
	found=yes
	s=$(other suricata "$suricata" -c "$config" -S "$rules" -r CAPTURE -l "$tmp/suricata" -k none --runmode single)
	say suricata "$s"
fi
snort=${SNORT:-$(command -v snort || true)}
if [ -n "$snort" ]; then
	found=yes
	s=$(other snort "$snort" -R "$rules" -r CAPTURE -l "$tmp/snort" -k none -q)
	say snort "$s"
fi
[ -n "$found" ] || echo "neither suricata nor snort is installed: name them with SURICATA=… and SNORT=…"
