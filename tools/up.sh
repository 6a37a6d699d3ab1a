#!/usr/bin/env bash
# The whole product as many processes: RabbitMQ, each service with its own database, the gateway, the demonstration pages.
# Ctrl-C stops what this started, and only that. See --help.
set -euo pipefail
cd_from=$PWD
root=$(cd "$(dirname "$0")/.." && pwd)

urls=http://localhost:8080
demo=http://localhost:8081
data=data/up
base_port=5100
configuration=${CONFIGURATION:-Release}
build=yes
next=

usage() {
  cat << 'HELP'
tools/up.sh [options]
  --urls URL         address of the gateway (default http://localhost:8080)
  --demo URL         address of the demonstration pages (default http://localhost:8081)
  --data DIR         data folder; an empty one is a clean start (default data/up under the current folder)
  --base-port N      the services listen on N+1 to N+9, RabbitMQ on N+10 to N+12, all on the loopback (default 5100)
  --mail-gate H:P    with the mail gate, which takes mail on N+13 of the loopback and hands it to the mail server at H:P, by STARTTLS
                     unless that is localhost (default: without)
  --no-build         start what was built last
Exit codes: 0 stopped by Ctrl-C, 1 could not start or a service ended by itself, 2 the command line was not understood.
HELP
}

fail() { echo "$1" >&2; exit "${2:-1}"; }

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --no-build) build=no; shift ;;
    --urls | --demo | --data | --base-port | --mail-gate)
      [ $# -ge 2 ] || fail "$1 needs a value; see --help." 2
      case $1 in
        --urls) urls=${2%/} ;;
        --demo) demo=${2%/} ;;
        --data) data=$2 ;;
        --base-port) base_port=$2 ;;
        --mail-gate) next=$2 ;;
      esac
      shift 2 ;;
    *) fail "'$1' is not an option; see --help." 2 ;;
  esac
done
case $urls$demo in *[!0-9a-zA-Z:/.-]*) fail "--urls and --demo are addresses such as http://localhost:8080." 2 ;; esac
case $base_port in '' | *[!0-9]*) fail "--base-port is a number." 2 ;; esac
case $next in '' | *[!:]:*[0-9]) ;; *) fail "--mail-gate is a host and a port, such as localhost:25." 2 ;; esac
[ "$urls" != "$demo" ] || fail "Give --demo another port than --urls: a demonstration needs an origin of its own." 2
mkdir -p "$data" && data=$(cd "$data" && pwd)

# One up.sh per data folder; the lock goes with this process, however it ends.
exec 9> "$data/up.lock"
flock -n 9 || fail "Another up.sh runs on the data folder $data: stop it, or give another folder with --data."

declare -a names=() pids=()
stopping=no

# The gateway first, so that nothing is accepted any more, then the services, then the broker.
stop_all() {
  trap '' INT TERM HUP
  [ "$stopping" = no ] || return 0
  stopping=yes
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill -TERM "${pids[i]}" 2> /dev/null || true; done
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    for _ in $(seq 100); do kill -0 "${pids[i]}" 2> /dev/null || break; sleep 0.2; done
    kill -KILL "${pids[i]}" 2> /dev/null || true
    wait "${pids[i]}" 2> /dev/null || true
  done
  "$root/tools/rabbitmq.sh" stop "$data/rabbitmq" 9>&- || true
}
trap stop_all EXIT
trap 'echo; echo "Stopping."; exit 0' INT TERM HUP

port_is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# start NAME PROGRAM URL SETTING=VALUE...: in a session of its own, so that Ctrl-C reaches this script only, which stops in order.
start() {
  local name=$1 program=$2 url=$3
  shift 3
  port_is_free "${url##*:}" || fail "Something listens already on $url, where $name should: stop it, or give other ports (see --help)."
  env "ASPNETCORE_URLS=$url" "Data=$data" "Messaging__Transport=rabbitmq" "Messaging__RabbitMq=amqp://guest:guest@127.0.0.1:$((base_port + 10))/" \
    "Auth__MetadataAddress=$urls/development-issuer/.well-known/openid-configuration" "$@" \
    setsid dotnet "$program" < /dev/null > "$data/logs/$name.log" 2>&1 9>&- &
  names+=("$name")
  pids+=($!)
}

await() {
  local name=$1 url=$2 pid=$3
  for _ in $(seq 300); do
    kill -0 "$pid" 2> /dev/null || fail "$name ended while starting; its log is $data/logs/$name.log: $(tail -n 3 "$data/logs/$name.log")"
    curl -fs -o /dev/null --max-time 5 "$url" && return 0
    sleep 0.2
  done
  fail "$name was not ready within a minute; its log is $data/logs/$name.log"
}

command -v dotnet > /dev/null || fail "The .NET SDK is needed: https://dotnet.microsoft.com/download"
install=()
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || install+=(rabbitmq-server)
command -v curl > /dev/null || install+=(curl)
if [ ${#install[@]} -gt 0 ]; then
  echo "Installing ${install[*]} from the distribution." >&2
  "$root/tools/install.sh" "${install[@]}" >&2 || fail "Could not install ${install[*]}: run apt-get install ${install[*]} as root."
fi

if [ "$build" = yes ]; then
  echo "Building."
  for project in tools/host ${next:+services/mail-gate}; do
    built=$(dotnet build "$root/$project" -c "$configuration" --nologo -v quiet 2>&1) || fail "The build failed:
$built"
  done
fi
mkdir -p "$data/logs"
echo "Starting."
for p in 10 11 12; do port_is_free $((base_port + p)) || fail "Port $((base_port + p)), which RabbitMQ should have, is taken: give another --base-port."; done
# Not to be interrupted halfway: Ctrl-C during this call is answered right after it, and the broker then stops like the rest.
setsid -w "$root/tools/rabbitmq.sh" start "$data/rabbitmq" $((base_port + 10)) 9>&- || fail "RabbitMQ did not start."

bin() { echo "$root/$1/bin/$configuration/net10.0/$2.dll"; }
at() { echo "http://127.0.0.1:$((base_port + $1))"; }
consent() { dotnet "$root/tools/cli/bin/$configuration/net10.0/Consent.Cli.dll" "$@" 9>&-; }
# By which connectors and the mail gate ask marketing; for as long as a token of the development issuer can be good.
token=$(consent token --scope marketing --lifetime 43200 --data "$data") || fail "No token could be made by which marketing can be asked."
start consent "$(bin services/consent Consent.ConsentService)" "$(at 1)" "PublicUrl=$urls"
start cookie-banner "$(bin services/cookie-banner Consent.CookieBanner)" "$(at 2)"
start marketing-unsubscribe "$(bin services/marketing-unsubscribe Consent.MarketingUnsubscribe)" "$(at 3)" "PublicUrl=$urls" "Mail__AllowUnconfirmed=true" "Marketing__Audit=$(at 4)"
start audit "$(bin services/audit Consent.Audit)" "$(at 4)" "PublicUrl=$urls" "Audit__PublicLogs=*" "Audit__Marketing=$(at 3)"
start newsletter "$(bin services/subscribers/newsletter Consent.Newsletter)" "$(at 5)"
start analytics "$(bin services/subscribers/analytics Consent.Analytics)" "$(at 6)" "Analytics__ForwardUrl=$demo/sink"
start webhooks "$(bin services/subscribers/webhooks Consent.Webhooks)" "$(at 7)"
start connectors "$(bin services/subscribers/connectors Consent.Connectors)" "$(at 8)" "Connectors__Marketing=$(at 3)" "Connectors__Token=$token"
start gateway "$(bin services/gateway Consent.Gateway)" "$urls" "DevelopmentIssuer__Enabled=true" \
  "Services__consent=$(at 1)" "Services__cookie-banner=$(at 2)" "Services__marketing-unsubscribe=$(at 3)" \
  "Services__audit=$(at 4)" "Services__newsletter=$(at 5)" "Services__analytics=$(at 6)" "Services__webhooks=$(at 7)" \
  "Services__connectors=$(at 8)"
start demo "$(bin tools/demo Consent.Demo)" "$demo" "Demo__Gateway=$urls"
if [ -n "$next" ]; then
  gate=$(bin services/mail-gate Consent.MailGate)
  credentials=$data/mail-gate.txt
  # Made once, so that mailers keep their passwords as long as there are these data.
  if [ ! -e "$credentials" ]; then
    (umask 077 && for stream in offers-mail product-mail invoices; do Data=$data dotnet "$gate" credential koppelhuis "$stream" 9>&- || exit 1; done > "$credentials.new") &&
      mv "$credentials.new" "$credentials" || fail "No passwords could be made for the mail gate."
  fi
  # Three settings for each stream, which are numbered in their order.
  mapfile -t settings < <(sed -nE 's/^ *(MailGate__Streams__0__.*)/\1/p' "$credentials" | awk '{ sub(/__0__/, "__" int((NR - 1) / 3) "__"); print }')
  case $next in localhost:* | 127.*) next_tls=none ;; *) next_tls=starttls ;; esac
  port_is_free $((base_port + 13)) || fail "Port $((base_port + 13)), where the mail gate should take mail, is taken: give another --base-port."
  start mail-gate "$gate" "$(at 9)" "MailGate__Listen=127.0.0.1:$((base_port + 13))" "MailGate__Next=$next" "MailGate__NextTls=$next_tls" \
    "MailGate__Marketing=$(at 3)" "MailGate__Token=$token" "${settings[@]}"
fi

for i in 0 1 2 3 4 5 6 7; do await "${names[i]}" "$(at $((i + 1)))/health" "${pids[i]}"; done
await gateway "$urls/health" "${pids[8]}"
await demo "$demo/" "${pids[9]}"
[ -z "$next" ] || await mail-gate "$(at 9)/health" "${pids[10]}"

consent publish "$root"/tools/declarations/*.yaml --gateway "$urls" --origin "$demo" --data "$data" > /dev/null ||
  fail "The sample declarations were not published."
sites=()
for file in "$root"/tools/declarations/*.yaml; do sites+=("$(basename "$file" .yaml)"); done
for site in "${sites[@]}"; do await cookie-banner "$urls/banner/$site.js" "${pids[1]}"; done

usual=$cd_from/data/up
cat << HERE

Consent is ready, as ${#pids[@]} processes and RabbitMQ.

  Demonstration   $demo/${sites[0]}
$(printf "                  $demo/%s\n" "${sites[@]:1}")
  Gateway         $urls
  Auditors        $urls/audit
  Broker          amqp://guest:guest@localhost:$((base_port + 10))/${next:+
  Mail gate       localhost:$((base_port + 13)), before $next; passwords: $data/mail-gate.txt}
  A token         dotnet run --project tools/cli -- token --scope consent --data $([ "$data" = "$usual" ] && echo data/up || echo "$data")
  Data and logs   $data

Ctrl-C stops it. The data stay; for a clean start delete $data and $data.checkpoints
HERE

# Woken by Ctrl-C, or by the first process that ends by itself.
wait -n "${pids[@]}" || true
for i in "${!pids[@]}"; do
  kill -0 "${pids[i]}" 2> /dev/null || fail "${names[i]} ended by itself; its log is $data/logs/${names[i]}.log"
done
