#!/usr/bin/env bash
# Proves that the README's commands work on a fresh machine: a minimal Debian in a folder of its own, with nothing but
# git and make, where this checkout's last commit is cloned. Needs root, debootstrap and about 4 GB.
#
#   SUITE=bookworm|trixie     the Debian release (default bookworm)
#   FOLDER=citycheck-qgis     name of the clone
#   COMMANDS="make demo && make test"
#   WORK=/path                where to unpack; kept afterwards (default: a new folder in /var/tmp, removed afterwards)
#   BRANCH=HEAD               what to clone
#
# The Debian mirror, pip's configuration and the certificates are those of this machine. Everything is mounted in a
# mount namespace of its own, so that nothing is mounted in the folder any more when it is removed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
checkout="$(pwd -P)"
SUITE="${SUITE:-bookworm}" FOLDER="${FOLDER:-citycheck-qgis}" COMMANDS="${COMMANDS:-make demo && make test}"
BRANCH="${BRANCH:-HEAD}"

stop() {
    printf 'Stopped: %s\n' "$1" >&2
    exit 1
}

timed() {
    local what="$1" started=$SECONDS rc=0
    shift
    printf '== %s\n' "$what"
    "$@" || rc=$?
    printf '== %s: exit status %s, %s s\n' "$what" "$rc" "$((SECONDS - started))"
    return $rc
}

# --- outside: choose the folder, enter the namespace, tidy up ----------------------------------------------

if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || stop "this needs root (chroot and mounts)."
    command -v debootstrap >/dev/null || stop "install debootstrap first: apt-get install debootstrap"
    keep=yes
    if [ -z "${WORK:-}" ]; then
        WORK="$(mktemp -d /var/tmp/citycheck-proof.XXXXXX)"
        keep=no
    fi
    mkdir -p "$WORK"
    WORK="$(cd "$WORK" && pwd -P)"
    tidy() {
        if grep -q " $WORK/" /proc/self/mountinfo; then
            echo "Something is still mounted below $WORK: it is not removed." >&2
        elif [ $keep = no ]; then
            rm -rf --one-file-system "$WORK"
        else
            echo "Kept: $WORK"
        fi
    }
    trap tidy EXIT
    mirror="${MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)}"
    case "$mirror" in *://*) ;; *) stop "no network source of Debian main is configured for apt here." ;; esac
    export SUITE FOLDER COMMANDS BRANCH WORK mirror
    # No exec: the trap above must run after the namespace, and with it every mount, is gone.
    unshare --mount --propagation slave --pid --fork --kill-child "$checkout/scripts/chroot-proof.sh" inside &
    trap 'kill -KILL $!; wait; exit 130' INT TERM
    wait $!
    exit
fi

# --- inside: make the system, run the commands -------------------------------------------------------------

mount -t proc proc /proc
new="$WORK/root"
unmount() {
    local point
    awk -v root="$new/" 'index($5, root) == 1 {print $5}' /proc/self/mountinfo | sort -r |
        while read -r point; do umount -l "$point" || true; done
}
trap unmount EXIT

if [ ! -e "$new/etc/debian_version" ]; then
    include=git,make
    case "$mirror" in https:*) include=$include,ca-certificates ;; esac
    bootstrap() { debootstrap --variant=minbase --include=$include "$SUITE" "$new" "$mirror" >"$WORK/debootstrap.log" 2>&1; }
    timed "minimal $SUITE with git and make" bootstrap ||
        { tail -n 20 "$WORK/debootstrap.log" >&2; stop "debootstrap failed."; }
fi

mount -t proc proc "$new/proc"
mount --rbind /sys "$new/sys" && mount --make-rslave "$new/sys"
mount --rbind /dev "$new/dev" && mount --make-rslave "$new/dev"
mkdir -p "$new/mnt/origin"
mount --bind "$checkout" "$new/mnt/origin"
mount -o remount,bind,ro "$new/mnt/origin"

for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    if [ -e $file ]; then cp -L $file "$new$file"; fi
done
variables=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb)
while IFS='=' read -r name value; do
    case "$name" in PIP_* | http_proxy | https_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | NO_PROXY) variables+=("$name=$value") ;; esac
done < <(env)
# The certificates get a name of their own, so that no package of the new system replaces them.
authorities="${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}"
if [ -e "$authorities" ]; then
    cp -L "$authorities" "$new/etc/host-certificates.crt"
    for name in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE; do variables+=("$name=/etc/host-certificates.crt"); done
    printf 'Acquire::https::CAInfo "/etc/host-certificates.crt";\n' >"$new/etc/apt/apt.conf.d/90host-certificates"
fi

inside() { chroot "$new" env -i "${variables[@]}" /bin/sh -ec "$1" </dev/null; }
inside "git config --global --replace-all safe.directory '*'; rm -rf '/srv/$FOLDER'; git clone -q /mnt/origin '/srv/$FOLDER'; cd '/srv/$FOLDER'; git checkout -q '$(git -c safe.directory='*' rev-parse "$BRANCH")'; git log -1 --format='%h %s'"
timed "$COMMANDS" inside "cd '/srv/$FOLDER' && $COMMANDS"
du -sh --one-file-system "$new" | sed 's/\t/ in /'
