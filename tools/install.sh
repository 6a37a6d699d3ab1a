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
# Servers are for tests, which start their own: on a machine that had none, none is to be there after its next start either.
idle=()
[[ " $* " != *" nginx-light "* || -x /usr/sbin/nginx ]] || idle+=(nginx)
[[ " $* " != *" caddy "* || -x /usr/bin/caddy ]] || idle+=(caddy)
[[ " $* " != *" postfix "* || -x /usr/sbin/postfix ]] || idle+=(postfix)
[[ " $* " != *" opendkim "* || -x /usr/sbin/opendkim ]] || idle+=(opendkim)
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
[ ${#idle[@]} -eq 0 ] || ! command -v systemctl > /dev/null || systemctl --quiet disable "${idle[@]}" || true
