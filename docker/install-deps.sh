#!/bin/sh
# Install the Debian packages of docker/packages.txt that are not there yet.
#
# usage: install-deps.sh [--list|--check] PHASE...     PHASE: build, run, test
#
#   --list   print the packages of the phases for this architecture, one a line
#   --check  print what is missing and exit 1; exit 0 and print nothing else
#
# Does nothing, not even `apt-get update`, when everything is there. Works as
# root or through sudo.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mode=install
case "${1-}" in
--list) mode=list; shift ;;
--check) mode=check; shift ;;
esac
if [ $# -eq 0 ]; then
	echo "usage: $0 [--list|--check] build|run|test ..." >&2
	exit 2
fi
for phase; do
	case "$phase" in
	build | run | test) ;;
	*) echo "$0: unknown phase '$phase' (build, run or test)" >&2; exit 2 ;;
	esac
done
if ! command -v dpkg-query >/dev/null; then
	echo "$0: this is no Debian (dpkg-query is missing); install by hand what docker/packages.txt lists" >&2
	exit 1
fi

arch=$(dpkg --print-architecture)
packages=$(awk -v arch="$arch" -v phases=" $* " '
	/^[[:space:]]*(#|$)/ { next }
	index(phases, " " $1 " ") && ($3 == "" || $3 == arch) && !seen[$2]++ { print $2 }
' "$here/packages.txt")
if [ "$mode" = list ]; then
	echo "$packages"
	exit 0
fi

missing=
for p in $packages; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $p"
done
if [ -z "$missing" ]; then
	exit 0
fi
if [ "$mode" = check ]; then
	echo "missing:$missing"
	exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "$0: packages are missing and neither root nor sudo is there. As root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
echo "installing Debian packages:$missing"

# A package list brings a daemon along (prometheus, for its promtool): tests
# start their own, so none is started or enabled on the user's machine.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
	made_policy=1
fi
restore() {
	if [ -n "$made_policy" ]; then
		$as_root rm -f "$policy"
	fi
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@"
}
# The log is shown only when something fails: apt says a line for each package.
log=$(mktemp)
run() {
	if ! "$@" >"$log" 2>&1; then
		cat "$log" >&2
		echo "$0: failed: $*" >&2
		rm -f "$log"
		exit 1
	fi
}
# The lists on the machine may be absent or old; without them apt knows no
# package, or fetches versions that the mirror no longer has.
run apt update
# shellcheck disable=SC2086 # word splitting is meant
run apt install --no-install-recommends $missing
rm -f "$log"
case "$missing " in
*" prometheus "*)
	if command -v systemctl >/dev/null; then
		$as_root systemctl disable prometheus.service >/dev/null 2>&1 || true
	fi
	;;
esac
echo "installed."
