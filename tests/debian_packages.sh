#!/usr/bin/env bash
# See that what tests need from outside Python is there: each argument is command:package, the package that has the
# command on Debian, or font/LANGUAGE:package, a font for that language (two letters) where there is none. What is absent
# is installed where that may be done (root, apt-get); elsewhere it is named, and that fails.
set -euo pipefail
# Asked of fontconfig where it is; else by the names of files: Noto's fonts name their script, TLWG's lie in a folder.
font() {
    if command -v fc-list > /dev/null; then
        [ -n "$(fc-list ":lang=$1" family)" ]
    else
        [ -n "$(find /usr/share/fonts /usr/local/share/fonts \( -iname '*thai*' -o -ipath '*/tlwg/*.?tf' \) 2> /dev/null || true)" ]
    fi
}
packages=()
for pair in "$@"; do
    case "$pair" in
        font/*)
            wanted="${pair%%:*}"
            font "${wanted#font/}" || packages+=("${pair#*:}")
            ;;
        *) command -v "${pair%%:*}" > /dev/null || packages+=("${pair#*:}") ;;
    esac
done
if [ ${#packages[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "The tests need what is not here. On Debian: sudo apt-get install ${packages[*]}" >&2
    exit 1
fi
echo "Installing Debian packages that the tests need: ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${packages[@]}" > /dev/null
