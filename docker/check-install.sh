#!/bin/bash
# Try the two commands of the README on a fresh machine: a clean Debian 12 root
# made by debootstrap, with Go and make in it and nothing else. Needs root.
#
# usage: check-install.sh [--deps-only] [--keep] [--root DIR] [--repo DIR]
#
#   --deps-only  stop after the packages are installed (times the apt part)
#   --keep       leave the root where it is, for a look
#   --root DIR   make the root there (default: a new folder in $TMPDIR or /tmp)
#   --repo DIR   the repository to clone (default: the one this script lies in)
#
# What is committed is what is tried: the repository is cloned. The Go toolchain
# is this machine's, bind-mounted read-only; modules come from this machine's
# module cache first, then from its GOPROXY, both checked against go.sum.
#
# Everything runs in a mount and process namespace of its own, so that mounts
# and stray processes are gone when the script is, however it ends.

# shellcheck disable=SC2317,SC2015 # traps call cleanup; a failed step is remembered
set -euo pipefail

say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
die() { echo "check-install: $*" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
repo=$(dirname "$here")
root='' keep='' deps_only=''
while [ $# -gt 0 ]; do
	case "$1" in
	--deps-only) deps_only=1 ;;
	--keep) keep=1 ;;
	--root) root=${2:?--root needs a folder}; shift ;;
	--repo) repo=$(cd "${2:?--repo needs a folder}" && pwd); shift ;;
	-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) die "unknown argument '$1' (see --help)" ;;
	esac
	shift
done
[ "$(id -u)" -eq 0 ] || die "needs root (debootstrap, chroot): sudo $0"
command -v go >/dev/null || die "Go is not in PATH"
git -C "$repo" rev-parse HEAD >/dev/null 2>&1 || die "$repo is no git repository with a commit"
if ! command -v debootstrap >/dev/null; then
	say "installing debootstrap"
	apt-get -q update >/dev/null
	DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap >/dev/null
fi

# The first run of this script sets the namespaces up and calls itself in them.
if [ -z "${CHECK_INSTALL_INSIDE-}" ]; then
	made=''
	if [ -z "$root" ]; then
		root=$(mktemp -d "${TMPDIR:-/tmp}/weir-install.XXXXXX")
		chmod 755 "$root" # it is the other side's /: ordinary users pass through it
		made=1
	else
		mkdir -p "$root"
		root=$(cd "$root" && pwd)
		[ -z "$(ls -A "$root")" ] || die "$root is not empty"
	fi
	# The mounts live in the inner namespace only, so this rm meets none of them.
	cleanup() {
		if [ -n "$keep" ]; then
			say "kept: $root"
		else
			rm -rf --one-file-system "$root"
			[ -n "$made" ] || mkdir -p "$root"
		fi
	}
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	status=0
	CHECK_INSTALL_INSIDE=1 unshare --mount --propagation private --pid --fork --kill-child \
		"$0" --root "$root" --repo "$repo" ${deps_only:+--deps-only} || status=$?
	exit "$status"
fi

# The mirror this machine itself uses (deb822 or one-line format), or Debian's.
mirror=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null |
	grep -v '^#' | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
mirror=${mirror:-http://deb.debian.org/debian}
t0=$SECONDS
say "debootstrap bookworm from $mirror"
debootstrap --variant=minbase --include=make,ca-certificates bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
	tail -20 "$root.log" >&2
	rm -f "$root.log"
	die "debootstrap failed"
}
rm -f "$root.log"
t1=$SECONDS

security=${mirror%/}-security
cat >"$root/etc/apt/sources.list" <<LIST
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb $security bookworm-security main
LIST
# Proxies and certificates of this machine, where it has its own.
for f in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do
	if [ -f "$f" ]; then cp "$f" "$root/etc/apt/apt.conf.d/"; fi
done
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/hosts "$root/etc/hosts"
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
	cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi

bind() { mkdir -p "$2"; mount --bind "$1" "$2"; if [ "${3-}" = ro ]; then mount -o remount,ro,bind "$2"; fi; }
# Its / has to be a mount of its own: `ip netns exec` changes how it propagates.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
bind "$(go env GOROOT)" "$root/usr/local/go" ro
modules=$(go env GOMODCACHE)
proxies=$(go env GOPROXY)
if [ -d "$modules/cache/download" ]; then
	bind "$modules/cache/download" "$root/srv/gomodules" ro
	proxies="file:///srv/gomodules,$proxies"
fi
git clone --quiet --no-hardlinks "$repo" "$root/root/weir"
say "cloned $(git -C "$root/root/weir" log -1 --format='%h %s')"

inside() {
	chroot "$root" /usr/bin/env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
		PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		GOPROXY="$proxies" GOTOOLCHAIN=local \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${no_proxy:+no_proxy="$no_proxy"} \
		sh -c "cd /root/weir && $1"
}

failed=
step() { # step NAME COMMAND: run it, time it, remember a failure
	local begin=$SECONDS
	say "$1: begins"
	if inside "$2"; then
		say "$1: pass, $((SECONDS - begin)) s"
	else
		say "$1: FAIL, $((SECONDS - begin)) s"
		failed="$failed $1"
		return 1
	fi
}
say "debootstrap took $((t1 - t0)) s"
if [ -n "$deps_only" ]; then
	step deps "docker/install-deps.sh build run test" &&
		step deps-again "docker/install-deps.sh --check build run test" || true
else
	# The second command is tried only where the first held: the user would stop too.
	step demo "make demo" && step test "make test" || true
fi
if [ -n "$failed" ]; then
	say "check-install: FAIL ($failed ), $((SECONDS - t0)) s in all"
	exit 1
fi
say "check-install: PASS, $((SECONDS - t0)) s in all"
