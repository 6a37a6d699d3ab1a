#!/usr/bin/env bash
# Checks charts/consent and skaffold.yaml: lints, renders, and looks at what was rendered. No cluster is needed.
# Ends with a line "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
HELM=$("$here/helm.sh")
export HELM
# What is fetched already serves, where the lock file is no newer.
[ "$here/node_modules/.package-lock.json" -nt "$here/package-lock.json" ] || npm ci --prefix "$here" --silent --no-audit --no-fund
exec node "$here/check.mjs"
