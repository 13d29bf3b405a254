#!/bin/sh
# Installs the Debian packages the laboratory needs and starts none of their
# services: the laboratory runs its own private instances; with arguments, these
# packages as well. Prints one line for each package installed and nothing when
# all are there already.
set -eu

# gcc and libc6-dev are there for `go test -race`, lua-unbound for Prosody's
# look-ups, which must go to the laboratory's own DNS server.
wanted="prosody lua-unbound ejabberd postgresql gcc libc6-dev python3-slixmpp tmux $*"
# Whoever has the Profanity that is not light keeps it: the two exclude each other.
[ -x /usr/bin/profanity ] || wanted="$wanted profanity-light"

policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.conf

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "install.sh: root is needed to install:$missing" >&2
	exit 1
fi

log=$(mktemp)
ours=
clean() {
	rm -f "$log"
	[ -z "$ours" ] || rm -f "$policy"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Debian starts a service when it is installed, unless this file says no. It
# stays only as long as this script runs, and a file that others put there is
# neither replaced nor removed.
if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
	ours=yes
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi

# The server's package would otherwise create a cluster under /var/lib.
if [ ! -e "$cluster" ]; then
	mkdir -p "$(dirname "$cluster")"
	echo 'create_main_cluster = false' >"$cluster"
fi

export DEBIAN_FRONTEND=noninteractive
quietly() {
	"$@" >"$log" 2>&1 </dev/null && return
	cat "$log" >&2
	echo "install.sh: failed: $*" >&2
	exit 1
}
apt="apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold"
quietly $apt update
quietly $apt install --no-install-recommends $missing

for package in $missing; do
	echo "installed $package $(dpkg-query -W -f '${Version}' "$package")"
done
