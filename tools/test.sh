#!/usr/bin/env bash
# Everything that is checked: installs what is missing, builds, checks formatting and built files, runs every suite.
# The last line is "N passed, N failed"; the exit code is 0 when nothing failed. Suites' output: artifacts/tests/*.log.
#   tools/test.sh [--long] [NAME...]    only the suites whose name contains one of the words, such as Gateway
# What takes long and is tried more briefly elsewhere bears the trait form=long: it runs with --long, and in tools/torture.sh.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
logs=$root/artifacts/tests
mkdir -p "$logs"
rm -f "$logs"/*.log "$logs"/*.xml
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1

failed=0
sums=$logs/sums.txt
: > "$sums"
began=$SECONDS

finish() {
  local passed
  read -r passed failed < <(awk -v more="$failed" '{ p += $1; f += $2 } END { print p + 0, f + more }' "$sums")
  # Once more, behind all the others: whoever sees only the end is told too.
  [ "$failed" -eq 0 ] || { echo; grep -h -A 12 '\[FAIL\]$' "$logs"/*.log | cut -c 1-300; }
  echo
  echo "Took $((SECONDS - began)) s."
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# tell NAME SECONDS PASSED FAILED LOG: adds a suite to the sums (in a file: two lanes run side by side), and shows the end of the log of one that failed.
tell() {
  echo "$3 $4" >> "$sums"
  printf '%-34s %5s passed %5s failed %5s s\n' "$1" "$3" "$4" "$2"
  [ "$4" -eq 0 ] || { echo "--- $5"; grep -vE '^\s*$' "$5" | tail -n 60; echo "---"; }
}

# check NAME COMMAND...: counts as one test.
check() {
  local name=$1 log=$logs/${1// /-}.log started=$SECONDS
  shift
  wanted "$name" || return 0
  if "$@" > "$log" 2>&1; then tell "$name" $((SECONDS - started)) 1 0 "$log"; else tell "$name" $((SECONDS - started)) 0 1 "$log"; return 1; fi
}

without=(-trait- form=long)
if [ "${1:-}" = --long ]; then without=(); shift; fi
words=("$@")
wanted() {
  [ ${#words[@]} -eq 0 ] && return 0
  local word
  for word in "${words[@]}"; do [[ $1 == *"$word"* ]] && return 0; done
  return 1
}

# suite PROJECT: one test project, an executable of its own. Crashed, unreadable or empty counts as failed.
suite() {
  local name=$1 log=$logs/$1.log started=$SECONDS program total errors bad skipped code
  wanted "$name" || return 0
  program=$(find "tests/$name/bin/Release/net10.0" -maxdepth 1 -name 'Consent.*.Tests.dll' -path "*$name.dll" 2> /dev/null | head -n 1)
  [ -n "$program" ] || { echo "It was not built." > "$log"; tell "$name" 0 0 1 "$log"; return; }
  # The second file tells how long each test took.
  timeout 2400 dotnet "$program" -noColor "${without[@]}" -xml "${log%.log}.xml" > "$log" 2>&1
  code=$?
  read -r total errors bad skipped < <(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/p' "$log" | tail -n 1)
  if [ -z "${total:-}" ] || [ "$total" -eq 0 ]; then
    echo "The suite crashed, was stopped after 40 minutes or held no test (exit code $code)." >> "$log"
    tell "$name" $((SECONDS - started)) 0 1 "$log"
    return
  fi
  # A skipped test was not passed; an exit code that tells of more than the summary does counts for one.
  bad=$((bad + errors + skipped))
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  tell "$name" $((SECONDS - started)) $((total - bad > 0 ? total - bad : 0)) "$bad" "$log"
}

command -v dotnet > /dev/null || { echo "The .NET SDK is needed: https://dotnet.microsoft.com/download"; failed=1; finish; }
missing=()
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
[ -x /usr/lib/postgresql/15/bin/initdb ] || missing+=(postgresql-15)
command -v chromium > /dev/null || missing+=(chromium)
command -v curl > /dev/null || missing+=(curl)
command -v unzip > /dev/null || missing+=(unzip)
command -v jq > /dev/null || missing+=(jq)
command -v node > /dev/null || missing+=(nodejs)
command -v npm > /dev/null || missing+=(npm)
ls /usr/lib/*/faketime/libfaketimeMT.so.1 > /dev/null 2>&1 || missing+=(faketime)
command -v tc > /dev/null || missing+=(iproute2)
command -v php > /dev/null || missing+=(php-cli)
[ -x /usr/sbin/nginx ] || missing+=(nginx-light)
[ -x /usr/bin/caddy ] || missing+=(caddy)
[ -x /usr/sbin/postfix ] || missing+=(postfix)
[ -x /usr/sbin/opendkim ] || missing+=(opendkim)
[ -x /usr/sbin/opendkim-genkey ] || missing+=(opendkim-tools)
command -v openssl > /dev/null || missing+=(openssl)
command -v strace > /dev/null || missing+=(strace)
command -v podman > /dev/null || missing+=(podman)
[ -x /usr/sbin/runc ] || missing+=(runc)
[ -x /usr/sbin/nft ] || missing+=(nftables)
command -v go > /dev/null || missing+=(golang-go)
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || missing+=(golang-golang-x-mod-dev)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]} from the distribution."
  tools/install.sh "${missing[@]}" > "$logs/install.log" 2>&1 || { tell "install" $SECONDS 0 1 "$logs/install.log"; finish; }
fi
fetch_npm() {
  local folder
  for folder in services/cookie-banner/script tests/schema tests/receipt tests/verifiable tests/foreign tests/webhooks tests/dkim tests/chart tests/browser services/cookie-banner/npm; do
    [ -f "$folder/package-lock.json" ] || continue
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && continue
    echo "Fetching npm packages of $folder."
    (cd "$folder" && npm ci --no-audit --no-fund) > "$logs/npm.log" 2>&1 || { tell "npm ci in $folder" $SECONDS 0 1 "$logs/npm.log"; return 1; }
  done
}
fetch_npm &
fetching=$!
# Chromium without what is around its pages takes a third of the work; without it the whole one serves.
if ! command -v chromium-headless-shell > /dev/null; then
  tools/install.sh chromium-headless-shell > "$logs/install-shell.log" 2>&1 || echo "Without chromium-headless-shell pages are tried in the whole Chromium, which takes longer." &
fi

# One compiler for all projects takes a third of the time of one for each; it is not left behind.
check "build" dotnet build Consent.sln -c Release --nologo -p:UseSharedCompilation=true || { wait; finish; }
wait "$fetching" || finish
dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1
tools/precompile.sh > "$logs/precompile.log" 2>&1 || echo "Without machine code made beforehand the tests take longer: $logs/precompile.log"
# Of what the rest leaves: neither minds how long it takes.
{
  renice -n 19 -p "$BASHPID" > /dev/null
  check "formatting" dotnet format whitespace . --folder --exclude artifacts --verify-no-changes
  check "chart renders what the services need" tests/chart/check.sh
} &
[ ! -f services/cookie-banner/script/package.json ] || check "banner is built from its source" npm --prefix services/cookie-banner/script run --silent check
[ ! -f tests/schema/package.json ] || check "schema agrees with the code" npm --prefix tests/schema run --silent test
check "planted faults fit the source" tools/planted.sh --fit
# Beside the benchmark, whose figures mean nothing here.
beside=(Contracts.Tests VerifiableLog.Tests CookieBanner.Tests Gateway.Tests Subscriber.Tests)
{
  export CONSENT_TEST_PORTS=20000
  check "packages serve a stranger" tests/package/check.sh
  check "DKIM covers the headers of an opt-out" tests/dkim/check.sh
  check "package and integrations of the banner" npm --prefix services/cookie-banner/npm run --silent test
  for name in "${beside[@]}"; do suite "$name"; done
} &
small=$!
# Figures of so short a run mean nothing: it shows that every answer is right under load, and that a receipt stays small on disk.
check "benchmark, in short" dotnet tests/Benchmarks/bin/Release/net10.0/Consent.Benchmarks.dll --rounds 1 --seconds 0.3 --receipts 5000 --subjects 5000 --pairs 100000 --entries 5000 --cosmos-receipts 5000
wait "$small"
# Those that break what they run on have the machine to themselves.
for name in Faults.Tests Load.Tests; do suite "$name"; done
# The others run in two lanes, each with ports of its own: who is done takes the next, the longest first.
# Deployed.Tests start no product: they are for one that runs in a cluster (skaffold verify).
queue=$logs/queue.txt
{
  printf '%s\n' System.Tests Browser.Tests Cli.Tests Storage.Tests MarketingUnsubscribe.Tests Webhooks.Tests ConsentService.Tests ServiceDefaults.Tests Subscriber.Tests
  for project in tests/*.Tests; do basename "$project"; done
} | awk -v done=" ${beside[*]} " '!seen[$0]++ && !/^(Faults|Load|Deployed|Containers)\.Tests$/ && !index(done, " " $0 " ")' > "$queue"
take() { (flock 9 && sed -n 1p "$queue" && sed -i 1d "$queue") 9> "$queue.lock"; }
lane() {
  export CONSENT_TEST_PORTS=$1
  local name
  while name=$(take) && [ -n "$name" ]; do suite "$name"; done
}
lane 10000 &
lane 20000 &
wait
# The images, and the product in containers of them, whose pods have the machine to themselves.
if wanted Containers.Tests; then
  check "images are built" tools/images/build.sh && suite Containers.Tests
fi
[ ! -f "$logs/images.txt" ] || cat "$logs/images.txt"
finish
