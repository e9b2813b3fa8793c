#!/usr/bin/env bash
# Bring this checkout to where it can serve (run) or pass its tests (test): system packages,
# a virtual environment and the pinned requirements.
#
# Usage: scripts/setup.sh run|test PYTHON VENV MADE_FROM…
# Leaves VENV/run-ready or VENV/test-ready, newer than the files it was MADE_FROM.
set -euo pipefail
purpose=$1 python=$2 venv=$3 ready=$3/$1-ready
missing=()

stop() {
    echo "$*" >&2
    exit 1
}

need() { # PACKAGE COMMAND…: the package is missing where the command fails
    "${@:2}" >/dev/null 2>&1 || missing+=("$1")
}

library() {
    "$python" -c "import sys; from ctypes.util import find_library; sys.exit(not find_library('$1'))"
}

install_missing() {
    local as_root=() log
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
        stop "Missing: ${missing[*]}. Get them with: sudo apt-get install ${missing[*]}"
    fi
    echo "Installing ${missing[*]} …"
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
            --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}"; } \
        </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        stop "apt could not install ${missing[*]}; its whole output is in $log"
    fi
    rm "$log"
}

# Of two at once, the second finds everything done.
exec {lock}<"$0"
flock "$lock"
if [ -e "$ready" ] && [ -z "$(find "${@:4}" -newer "$ready")" ]; then
    exit
fi

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) ||
    stop "There is no Python called $python here. Install it, or choose another one with PYTHON=…"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$python is Python $version; 3.11 or newer is needed. Choose another one with PYTHON=…"

need "python$version-venv" "$python" -c 'import ensurepip, venv'
need libpango-1.0-0 library pango-1.0
need libpangoft2-1.0-0 library pangoft2-1.0
need libharfbuzz-subset0 library harfbuzz-subset
need gettext command -v msgfmt
need fonts-noto-core fc-list --quiet 'Noto Sans Arabic'
need fonts-noto-cjk fc-list --quiet 'Noto Sans CJK SC'
if [ "$purpose" = test ]; then
    need chromium command -v chromium
    need poppler-utils command -v pdftotext
    need openssl command -v openssl
    need nginx-light command -v nginx
    need curl command -v curl
    need gnupg command -v gpg
    need systemd command -v systemd-analyze
    need libenchant-2-2 library enchant-2
    need hunspell-en-gb test -e /usr/share/hunspell/en_GB.dic
    need hunspell-fr test -e /usr/share/hunspell/fr.dic
    need pgbouncer test -x /usr/sbin/pgbouncer
    # Some releases have it within another package: two tests are left out there.
    ! apt-cache show promtool >/dev/null 2>&1 || need promtool command -v promtool
    need iproute2 command -v ip
    requirements=requirements-dev.txt
else
    requirements=requirements.txt
fi
[ ${#missing[@]} = 0 ] || install_missing

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$venv"
fi
echo "Installing $requirements into $venv …"
# What a source distribution asks for to be built has no hash: nothing is built here.
"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    --require-hashes --only-binary :all: --requirement "$requirements"
echo "Cutting the letters' faces …"
"$venv/bin/python" scripts/cut_faces.py "$venv/share/letter-faces"
touch "$ready"
