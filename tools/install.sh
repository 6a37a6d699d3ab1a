#!/usr/bin/env bash
# Installs packages of the distribution, without starting the services that they bring. Needs root.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "Run as root: apt-get install $*" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  # 101: "may not be started now"; see invoke-rc.d(8).
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
