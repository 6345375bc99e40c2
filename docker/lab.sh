#!/bin/bash
# A lab without Docker: a client and a web server in two network namespaces, weir
# on the wire between them (two net_tap ports). Needs root.
#
# usage: lab.sh up|demo|status|shell [client|server]|down
#
#   up       build the lab and leave it running
#   demo     up (where it is not), then: ping, a download, an attack, IPv4 and IPv6
#   status   what runs, and the last alerts
#   shell    a shell in the client's (or server's) namespace
#   down     end everything that up started
#
# Environment:
#   LAB_ENGINE   weir (default) or testpmd: the same wire without inspection
#   LAB_WEIR     the binary (default bin/weir of this repository)
#   LAB_RULES    the rule file (default configs/rules/starter.rules)
#   LAB_ARGS     more arguments for `weir run`
#   LAB_DIR      state and logs (default /run/weir-lab)
#
#   client 10.77.0.1, fd77::1 -- weir0 [weir] weir1 -- 10.77.0.2, fd77::2 server
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
dir=${LAB_DIR:-/run/weir-lab}
engine=${LAB_ENGINE:-weir}
weir=${LAB_WEIR:-$top/bin/weir}
rules=${LAB_RULES:-$top/configs/rules/starter.rules}
client_ns=weir-client server_ns=weir-server

die() { echo "lab: $*" >&2; exit 1; }
in_client() { ip netns exec "$client_ns" "$@"; }
in_server() { ip netns exec "$server_ns" "$@"; }
is_up() { [ -f "$dir/token" ]; }

# Everything that up starts carries a token in its environment, which children
# inherit: that finds an engine that outlived its control process, and nobody
# else's processes.
ours() {
	local token p
	token=$(cat "$dir/token" 2>/dev/null) || return 0
	for p in /proc/[0-9]*; do
		if tr '\0' '\n' 2>/dev/null <"$p/environ" | grep -qx "LAB_TOKEN=$token"; then
			echo "${p#/proc/}"
		fi
	done 2>/dev/null
}

down() {
	local pids n
	if is_up; then
		pids=$(ours)
		# shellcheck disable=SC2086 # one word a process
		[ -z "$pids" ] || kill -TERM $pids 2>/dev/null || true
		for n in $(seq 50); do
			pids=$(ours)
			[ -n "$pids" ] || break
			sleep 0.1
		done
		if [ -n "$pids" ]; then
			echo "lab: did not end on TERM, killed: $(echo "$pids" | paste -sd" ")" >&2
			# shellcheck disable=SC2086
			kill -KILL $pids 2>/dev/null || true
		fi
	fi
	for n in "$client_ns" "$server_ns"; do
		if ip netns list | grep -qw "$n"; then ip netns del "$n"; fi
	done
	rm -rf "$dir/www" "$dir/token"
}

# wait_for SECONDS WHAT COMMAND...: try until it holds.
wait_for() {
	local seconds=$1 what=$2 end
	shift 2
	end=$((SECONDS + seconds))
	while [ "$SECONDS" -lt "$end" ]; do
		if "$@" >/dev/null 2>&1; then return 0; fi
		if ! kill -0 "$engine_pid" 2>/dev/null; then
			tail -20 "$dir/engine.log" >&2 || true
			die "the engine ended while this was awaited: $what"
		fi
		sleep 0.1
	done
	tail -20 "$dir/engine.log" >&2 || true
	die "gave up after $seconds s: $what"
}

start() { # start LOG COMMAND...: in the background, marked as ours
	local log=$1
	shift
	LAB_TOKEN=$(cat "$dir/token") setsid "$@" >"$log" 2>&1 </dev/null &
}

place() { # place DEVICE NAMESPACE IPV4 IPV6: move a tap into its namespace
	ip link set "$1" netns "$2"
	ip -n "$2" link set lo up
	ip -n "$2" addr add "$3/24" dev "$1"
	ip -n "$2" addr add "$4/64" dev "$1" nodad
	ip -n "$2" link set "$1" up
}

up() {
	[ "$(id -u)" -eq 0 ] || die "needs root (network namespaces, tap devices): sudo $0 up"
	[ -c /dev/net/tun ] || die "/dev/net/tun is missing: modprobe tun"
	for tool in ip ping curl python3; do
		command -v "$tool" >/dev/null || die "$tool is missing: $here/install-deps.sh test"
	done
	if is_up; then die "is up already (lab.sh down ends it)"; fi
	for n in weir0 weir1; do
		if ip link show "$n" >/dev/null 2>&1; then die "a network device $n is there already"; fi
	done
	mkdir -p "$dir"
	head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/token"
	trap 'down' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	for n in "$client_ns" "$server_ns"; do
		if ip netns list | grep -qw "$n"; then ip netns del "$n"; fi
		ip netns add "$n"
	done

	case "$engine" in
	weir)
		[ -x "$weir" ] || die "$weir is missing: make build"
		rm -rf "$dir/log" && mkdir -p "$dir/log"
		# shellcheck disable=SC2086 # LAB_ARGS is several words
		start "$dir/engine.log" "$weir" run -S "$rules" -l "$dir/log" \
			--vdev net_tap0,iface=weir0 --vdev net_tap1,iface=weir1 ${LAB_ARGS-}
		;;
	testpmd)
		command -v dpdk-testpmd >/dev/null || die "dpdk-testpmd is missing (package dpdk-dev)"
		start "$dir/engine.log" dpdk-testpmd --no-huge -m 512 --no-pci --file-prefix weir-lab -l 0,1 \
			--vdev net_tap0,iface=weir0 --vdev net_tap1,iface=weir1 -- \
			--forward-mode=io --auto-start --no-mlockall --stats-period 3600 --total-num-mbufs 4096
		;;
	*) die "LAB_ENGINE=$engine: weir or testpmd" ;;
	esac
	engine_pid=$!
	wait_for 20 "the engine makes weir0" ip link show weir0
	wait_for 20 "the engine makes weir1" ip link show weir1
	# A tap that moves away while its port is still being started stays deaf.
	if [ "$engine" = weir ]; then
		wait_for 20 "the engine forwards" grep -q "engine forwards" "$dir/engine.log"
	else
		sleep 1
	fi
	place weir0 "$client_ns" 10.77.0.1 fd77::1
	place weir1 "$server_ns" 10.77.0.2 fd77::2

	mkdir -p "$dir/www"
	echo "hello from behind weir" >"$dir/www/index.html"
	head -c 10000000 /dev/urandom >"$dir/www/download.bin"
	start "$dir/server.log" ip netns exec "$server_ns" python3 -m http.server 80 --bind :: --directory "$dir/www"
	wait_for 20 "the server answers through the wire" in_client curl -sf -m 1 http://10.77.0.2/
	trap - EXIT INT TERM
	echo "lab: up, $engine on the wire; client 10.77.0.1 fd77::1, server http://10.77.0.2/ http://[fd77::2]/"
}

failed=0
check() { # check NAME WANT COMMAND...: WANT is ok or cut
	local name=$1 want=$2 got=ok
	shift 2
	"$@" >/dev/null 2>&1 || got="cut"
	if [ "$got" = "$want" ]; then
		printf '  pass  %-52s %s\n' "$name" "$got"
	else
		printf '  FAIL  %-52s %s, expected %s\n' "$name" "$got" "$want"
		failed=1
	fi
}

same_file() { in_client curl -sf -m 20 "$1/download.bin" | cmp - "$dir/www/download.bin"; }

demo() {
	is_up || up
	local attack=cut host v
	[ "$engine" = weir ] || attack=ok
	# The attack's path does not exist on the server: without weir, 404 comes back.
	for host in 10.77.0.2 '[fd77::2]'; do
		v=IPv4
		[ "$host" = 10.77.0.2 ] || v=IPv6
		check "$v ping" ok in_client ping -c 2 -i 0.2 -W 2 "$(echo "$host" | tr -d '[]')"
		check "$v page" ok in_client curl -sf -m 5 "http://$host/"
		check "$v download of 10 MB, octet for octet" ok same_file "http://$host"
		check "$v attack: ../../etc/passwd" "$attack" \
			in_client curl -s -m 3 --path-as-is "http://$host/a?file=../../../../etc/passwd"
		check "$v page, after the attack" ok in_client curl -sf -m 5 "http://$host/"
	done
	if [ "$engine" = weir ]; then
		check "eve.json holds the alert" ok grep -q '"signature_id":9000001' "$dir/log/eve.json"
		echo "events: $dir/log/eve.json"
	fi
	[ "$failed" -eq 0 ] || die "demo failed"
}

status() {
	is_up || { echo "lab: down"; return; }
	local pids
	pids=$(ours | paste -sd, -)
	[ -z "$pids" ] || ps -o pid,etime,args -p "$pids" | cut -c1-160
	if [ -f "$dir/log/eve.json" ]; then grep '"event_type":"alert"' "$dir/log/eve.json" | tail -5 || true; fi
}

case "${1-}" in
up) up ;;
down) down; echo "lab: down" ;;
demo) demo ;;
status) status ;;
shell)
	is_up || die "is not up"
	case "${2-client}" in
	client) exec ip netns exec "$client_ns" "${SHELL:-/bin/bash}" ;;
	server) exec ip netns exec "$server_ns" "${SHELL:-/bin/bash}" ;;
	*) die "shell client or shell server" ;;
	esac
	;;
-h | --help) sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" ;;
*) echo "usage: $0 up|demo|status|shell [client|server]|down" >&2; exit 2 ;;
esac
