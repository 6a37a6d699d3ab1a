#!/usr/bin/env bash
# Compares charts/consent/examples/*/manifests.yaml with what the chart renders now; with --write, writes them anew.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
HELM=$("$here/helm.sh")
export HELM
[ -d "$here/node_modules" ] || npm ci --prefix "$here" --silent --no-audit --no-fund
exec node "$here/examples.mjs" "$@"
