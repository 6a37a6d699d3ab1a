#!/usr/bin/env bash
# Proves that the fault suite can fail: plants one fault at a time (tests/Faults.Tests/planted/*.patch) into a copy of this tree, builds
# it, runs the scenario that the patch names, and tells which checks caught it: the one that the patch names must be among them. Before,
# the same scenarios run on the tree as it is, and nothing may be caught. As root; about two minutes each. Exit code 1 when one was not caught.
#   tools/planted.sh [NAME...]    only the patches whose name contains one of the words
#   tools/planted.sh --fit        only whether each patch still fits the source
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1:-}" = --fit ]; then
  cd "$root" && for patch in tests/Faults.Tests/planted/*.patch; do
    patch -p1 --dry-run --silent < "$patch" || { echo "$patch does not fit: make it anew."; exit 1; }
  done
  exit
fi
copy=$(mktemp -d "${TMPDIR:-/tmp}/consent-planted-XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1
# A violation that is there stays there: nobody wants to wait for it.
export CONSENT_FAULTS_SETTLE=${CONSENT_FAULTS_SETTLE:-25}

wanted() {
  [ ${#words[@]} -eq 0 ] && return 0
  local word
  for word in "${words[@]}"; do [[ $1 == *"$word"* ]] && return 0; done
  return 1
}

words=("$@")
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy") || exit 2
cd "$copy" || exit 2
# scenario NAME: runs it, and leaves in $by which checks found how much, told by the suite as "name: count" below the sum of the violations.
scenario() {
  CONSENT_FAULTS_SETTLE=90 timeout 600 dotnet tests/Faults.Tests/bin/Release/net10.0/Consent.Faults.Tests.dll -noColor -class "Consent.Faults.Tests.$1" > "$copy/said" 2>&1
  code=$?
  by=$(sed -nE '/^ +[0-9]+ violations\.$/,/Stack Trace/s/^ +([a-z-]+): ([0-9]+)$/\1 (\2)/p' "$copy/said" | paste -sd, | sed 's/,/, /g')
}

build() { dotnet build tests/Faults.Tests -c Release -p:UseSharedCompilation=true -v quiet > "$copy/said" 2>&1; }

build || { echo "The tree does not build: $(grep -m 1 error "$copy/said")"; exit 2; }
for name in $(for patch in tests/Faults.Tests/planted/*.patch; do wanted "$(basename "$patch" .patch)" && sed -n 's/^Scenario: //p' "$patch"; done | sort -u); do
  scenario "$name"
  [ "$code" -eq 0 ] || { echo "Without a fault $name finds ${by:-something} already: nothing can be told from it."; grep -vE '^\s*$' "$copy/said" | tail -n 15 | cut -c 1-300 | sed 's/^/    /'; exit 1; }
  echo "without a fault: nothing in $name"
done
missed=0 caught=0
for patch in tests/Faults.Tests/planted/*.patch; do
  name=$(basename "$patch" .patch)
  wanted "$name" || continue
  check=$(sed -n 's/^Check: //p' "$patch")
  began=$SECONDS
  patch -p1 --silent < "$patch" > "$copy/said" 2>&1 || { echo "$name: the patch does not fit the source any more"; missed=$((missed + 1)); continue; }
  if ! build; then
    echo "$name: does not build: $(grep -m 1 error "$copy/said")"
    missed=$((missed + 1))
  else
    scenario "$(sed -n 's/^Scenario: //p' "$patch")"
    if [[ " $by" == *" $check ("* ]]; then
      echo "$name: caught by $by, after $((SECONDS - began)) s"
      caught=$((caught + 1))
    else
      echo "$name: NOT CAUGHT by $check${by:+, but by $by}, after $((SECONDS - began)) s"
      grep -vE '^\s*$' "$copy/said" | tail -n 15 | cut -c 1-300 | sed 's/^/    /'
      missed=$((missed + 1))
    fi
  fi
  patch -p1 --silent -R < "$patch" > /dev/null 2>&1
done
dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1
echo "$caught caught, $missed not"
[ "$missed" -eq 0 ] && [ "$caught" -gt 0 ]
