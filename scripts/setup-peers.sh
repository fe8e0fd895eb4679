#!/usr/bin/env bash
# Installs what the peer suites talk to: a real Postfix with its maps, Dovecot as
# SASL server, Unbound as name server, swaks, miltertest, Chromium for the browser check, systemd to verify the units, logrotate, and Python for its email package. Debian only; needs root.
# Sendmail, which Debian does not install beside Postfix, is unpacked into a folder; so is ZoneMTA, from npm.
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
  echo "setup-peers: needs root (it installs Debian packages)" >&2
  exit 77
fi

packages=(zsh fish mandoc postfix postfix-pcre postfix-lmdb postfix-cdb dovecot-core unbound swaks miltertest chromium python3 systemd logrotate)
# What the servers are measured against (npm run bench -- servers); opendmarc needs no database here.
packages+=(postfwd postfix-policyd-spf-python python3-milter rspamd dbconfig-no-thanks opendmarc)
# Sendmail's own: what its packages depend on, and what builds its configuration.
packages+=(m4 libdb5.3 libldap-2.5-0 libnsl2 libsasl2-2 libsasl2-modules libssl3 libwrap0)

peers=${FROMGUARD_PEERS:-/var/lib/fromguard-peers}
sendmail=$peers/sendmail
# From npm, apart from the workspace: it has 330 packages, and would build a native one.
zonemta=zone-mta@3.10.3
unpacked=(sendmail-bin sendmail-cf sasl2-bin)

unpack_sendmail() {
  local work
  work=$(mktemp -d)
  # apt downloads as a user of its own.
  chmod 755 "$work"
  mkdir "$work/debs" "$work/root"
  chown _apt "$work/debs" 2>/dev/null || true
  (cd "$work/debs" && apt-get download -q "${unpacked[@]}")
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
  # Each instance of the suites has its configuration mounted here.
  mkdir -p "$work/root/etc/mail" "$(dirname "$sendmail")"
  chmod 755 "$work/root"
  rm -rf "$sendmail"
  mv "$work/root" "$sendmail"
  rm -rf "$work"
}

install_zonemta() {
  mkdir -p "$peers/zone-mta"
  npm install --prefix "$peers/zone-mta" --ignore-scripts --no-audit --no-fund --save-exact --loglevel error "$zonemta"
}

has_zonemta() {
  [ -f "$peers/zone-mta/package.json" ] && grep -q "\"${zonemta%@*}\": \"${zonemta##*@}\"" "$peers/zone-mta/package.json"
}

# What the guide for Postfix installs: its suite takes these packages off a copy of this machine and installs them there, without a network.
guide=(postfix dovecot-core swaks)
apt=$peers/apt

fetch_guide() {
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  apt-get update -q -o Dir::State::lists="$apt/lists"
  apt-get install -q -y --no-install-recommends --download-only --reinstall -o Dir::State::lists="$apt/lists" -o Dir::Cache::archives="$apt/archives" "${guide[@]}"
  touch "$apt/complete"
}

has_zonemta || install_zonemta

missing=()
for name in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
done
if [ "${#missing[@]}" -eq 0 ] && [ -x "$sendmail/usr/libexec/sendmail/sendmail" ] && [ -f "$apt/complete" ]; then
  echo "setup-peers: all installed (${packages[*]}), Sendmail in $sendmail, ZoneMTA"
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
[ "${#missing[@]}" -eq 0 ] || apt-get install -q -y --no-install-recommends "${missing[@]}"
[ -x "$sendmail/usr/libexec/sendmail/sendmail" ] || unpack_sendmail
[ -f "$apt/complete" ] || fetch_guide
echo "setup-peers: installed ${missing[*]:-nothing new}, Sendmail in $sendmail"
