#!/usr/bin/env bash
# Installs what the peer suites talk to: a real Postfix with its maps, Dovecot as
# SASL server, Unbound as name server, swaks, miltertest, Chromium for the browser check, and Python for its email package. Debian only; needs root.
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
  echo "setup-peers: needs root (it installs Debian packages)" >&2
  exit 77
fi

packages=(postfix postfix-pcre postfix-lmdb postfix-cdb dovecot-core unbound swaks miltertest chromium python3)

missing=()
for name in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup-peers: all installed (${packages[*]})"
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# The suites start private instances on loopback; the packages' own services must not start.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
echo "setup-peers: installed ${missing[*]}"
