#!/usr/bin/env bash
# The long forms of what tools/test.sh tries briefly: a hundred crashes of the consent service under load, the log killed sixty
# times, every property with twenty times the cases, the pages in every language in the browser that people use, the writer of a
# verifiable log failed and killed at each of its writes, synchronisations and renames, and the whole product under more than 200
# kills and as many cuts, full disks and clock jumps as rounds, with 100,000 decisions; before that, what tools/test.sh leaves out
# (the trait form=long). Builds first; takes about two and a half hours. Seeds are printed: CONSENT_SEED=a,b repeats.
#   tools/torture.sh [--crashes N] [--factor N] [--rounds N] [--rate N] [--faults-only]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
crashes=100 factor=20 rounds=16 rate=60 only=
while [ $# -gt 0 ]; do
  case $1 in
    --crashes) crashes=$2; shift 2 ;;
    --factor) factor=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --faults-only) only=faults; shift ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "Unknown: $1. Add --help to see what can be said." >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1 CONSENT_CRASHES=$crashes CONSENT_TORTURE=$factor
dotnet build Consent.sln -c Release -p:UseSharedCompilation=true --verbosity quiet
dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1
failed=0
run() {
  local name=$1
  shift
  echo "== $name"
  dotnet "tests/$name/bin/Release/net10.0/Consent.$name.dll" -noColor "$@" | grep -E 'seed|crashes|FAIL|Total|Error' || failed=1
  [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
}
if [ -z "$only" ]; then
  run Contracts.Tests
  run Storage.Tests
  run Subscriber.Tests
  run ConsentService.Tests -class Consent.ConsentService.Tests.CrashTests -class Consent.ConsentService.Tests.ReceiptBytesTests -class Consent.ConsentService.Tests.PrivacySignalTests -class Consent.ConsentService.Tests.SameStateTests
  run Browser.Tests
  run VerifiableLog.Tests -class Consent.VerifiableLog.Tests.LogWriterFaultTests
  for name in System Webhooks; do run "$name.Tests" -trait form=long; done
  tools/images/build.sh && run Containers.Tests -trait form=long || failed=1
fi
# Progress as it comes: kills, cuts, disks, clocks, the sums after each scenario. Nodes stay cut off for 30 s.
echo "== Faults.Tests"
CONSENT_FAULTS_ROUNDS=$rounds CONSENT_FAULTS_RATE=$rate CONSENT_FAULTS_CUT=30 CONSENT_FAULTS_DECISIONS=100000 CONSENT_FAULTS_SETTLE=300 \
  dotnet tests/Faults.Tests/bin/Release/net10.0/Consent.Faults.Tests.dll -noColor || failed=1
exit "$failed"
