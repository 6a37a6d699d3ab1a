#!/usr/bin/env bash
# A RabbitMQ node of one's own, on loopback, in a folder of its own: another broker on this machine is not touched.
#   rabbitmq.sh start FOLDER PORT [DISTRIBUTION_PORT EPMD_PORT]    ready when it returns (about 8 s)
#   rabbitmq.sh stop FOLDER                                        leaves the folder, so that messages survive
#   rabbitmq.sh tool FOLDER NAME ARGUMENT...                       one of RabbitMQ's own tools on it, such as rabbitmqctl -q list_queues
# CONSENT_BROKER_ADDRESS: another address of this machine to listen on, with CONSENT_BROKER_USER and CONSENT_BROKER_PASSWORD in the place of guest.
set -euo pipefail

command=${1:?start, stop or tool}
folder=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd)
bin=/usr/lib/rabbitmq/bin

if [ "$command" = start ]; then
  port=${3:?a port}
  printf '%s %s %s\n' "$port" "${4:-$((port + 1))}" "${5:-$((port + 2))}" > "$folder/ports"
fi
[ -f "$folder/ports" ] || exit 0
read -r port distribution epmd < "$folder/ports"

# The node's name decides the name of its folders, so it stays the same; its own epmd keeps it apart from other nodes.
export HOME=$folder RABBITMQ_NODENAME=consent@localhost ERL_CRASH_DUMP=$folder/erl_crash.dump
export RABBITMQ_NODE_IP_ADDRESS=${CONSENT_BROKER_ADDRESS:-127.0.0.1} RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$distribution
export RABBITMQ_MNESIA_BASE=$folder/mnesia RABBITMQ_LOG_BASE=$folder/log RABBITMQ_PID_FILE=$folder/pid
export RABBITMQ_CONFIG_FILE=$folder/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=$folder/enabled_plugins RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 2:2'
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd

start() {
  [ -x "$bin/rabbitmq-server" ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server" >&2; exit 1; }
  printf '[].\n' > "$folder/enabled_plugins"
  # What was delivered stays in the write-ahead log that all quorum queues share until that is full, 512 MiB unless told: charts/consent/README.md.
  printf 'log.file.level = warning\nraft.wal_max_size_bytes = 16777216\n' > "$folder/rabbitmq.conf"
  [ -z "${CONSENT_BROKER_USER:-}" ] ||
    printf 'loopback_users = none\ndefault_user = %s\ndefault_pass = %s\n' "$CONSENT_BROKER_USER" "${CONSENT_BROKER_PASSWORD:?}" >> "$folder/rabbitmq.conf"
  # Else the node and the tool that waits for it each make one, on a slow machine at once, and the node refuses the tool for ever.
  [ -f "$folder/.erlang.cookie" ] || (umask 077 && od -An -N 10 -tx1 /dev/urandom | tr -d ' \n' > "$folder/.erlang.cookie")
  rm -f "$folder/pid"
  "$bin/rabbitmq-server" -detached < /dev/null > "$folder/start.log" 2>&1
  if ! "$bin/rabbitmqctl" wait --timeout 180 "$folder/pid" >> "$folder/start.log" 2>&1; then
    echo "RabbitMQ did not start; see $folder/start.log and $folder/log" >&2
    stop
    exit 1
  fi
}

stop() {
  if [ -f "$folder/pid" ] && pid=$(cat "$folder/pid") && kill -0 "$pid" 2> /dev/null; then
    timeout 30 "$bin/rabbitmqctl" stop "$folder/pid" > /dev/null 2>&1 || kill -9 "$pid" 2> /dev/null || true
  fi
  # Only this node's own epmd; it refuses while a node is still registered, so ask a few times.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    epmd -port "$epmd" -kill > /dev/null 2>&1 && ! epmd -port "$epmd" -names > /dev/null 2>&1 && break
    epmd -port "$epmd" -names > /dev/null 2>&1 || break
    sleep 0.2
  done
  rm -f "$folder/pid" "$folder/ports"
}

case $command in
  start) start ;;
  stop) stop ;;
  tool) "$bin/$3" "${@:4}" ;;
  *) echo "start, stop or tool, not '$command'" >&2; exit 2 ;;
esac
