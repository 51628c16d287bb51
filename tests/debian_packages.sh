#!/usr/bin/env bash
# See that commands and files from outside Python are there: each argument is command:package or /file:package, the
# package that has it on Debian. An absent one is installed where that may be done (root, apt-get); elsewhere it is
# named, and that fails.
set -euo pipefail
packages=()
for pair in "$@"; do
    command -v "${pair%%:*}" > /dev/null || [ -e "${pair%%:*}" ] || packages+=("${pair#*:}")
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
