#!/usr/bin/env bash
# Three RabbitMQ nodes that are one cluster, each in a network namespace of its own, so that they can be cut off from each other.
# This machine reaches all of them, at 10.A.B.1 to 10.A.B.3; nobody else does. As root, on Linux; about 25 s.
#   rabbitmq-cluster.sh start FOLDER A.B          ready when it returns; user and password guest
#   rabbitmq-cluster.sh start-node FOLDER N       one that was killed, on what it had
#   rabbitmq-cluster.sh kill-node FOLDER N        SIGKILL
#   rabbitmq-cluster.sh cut FOLDER FROM TO        packets of one node no longer reach the other; the way back stays
#   rabbitmq-cluster.sh slow FOLDER N RATE        what the node sends goes at most so fast, such as 256kbit
#   rabbitmq-cluster.sh reach FOLDER FROM TO      exit code 1 when the one cannot connect to the other within 2 s
#   rabbitmq-cluster.sh heal FOLDER               undoes every cut and slowness
#   rabbitmq-cluster.sh rejoin FOLDER             waits until the nodes are one cluster again; after a minute does by hand what brings them together,
#                                                 and says so: "by hand"
#   rabbitmq-cluster.sh vhost FOLDER NAME         a virtual host of its own, for one more product on the same nodes
#   rabbitmq-cluster.sh leader FOLDER QUEUE [VHOST]   number of the node that leads the queue; nothing when nobody can say
#   rabbitmq-cluster.sh members FOLDER [VHOST]    each quorum queue and how many members it has, a line each
#   rabbitmq-cluster.sh stop FOLDER               leaves the folder
set -euo pipefail

command=${1:?see the head of this file}
folder=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd)
bin=/usr/lib/rabbitmq/bin
shift 2
[ "$command" = start ] && printf '%s\n' "${1:?two numbers, such as 77.1}" > "$folder/net"
[ -f "$folder/net" ] || exit 0
net=$(cat "$folder/net")
# Names of interfaces have at most 15 characters.
id=${net/./-}
bridge=cb$id
space() { echo "consent-$id-$1"; }
address() { echo "10.$net.$1"; }
# Not the address of any network card here: a frame sent to it is taken by nobody.
nowhere=02:00:00:00:00:00

# within N COMMAND...: in the node's namespace, with its settings. Ahead of the load: a node that waits long for a core is taken for a dead one by the others.
within() {
  local n=$1 at
  at=$(address "$n")
  shift
  ip netns exec "$(space "$n")" nice -n -10 env "HOME=$folder/$n" "ERL_CRASH_DUMP=$folder/$n/erl_crash.dump" RABBITMQ_USE_LONGNAME=true "RABBITMQ_NODENAME=consent@$at" \
    "RABBITMQ_NODE_IP_ADDRESS=$at" RABBITMQ_NODE_PORT=5672 RABBITMQ_DIST_PORT=25672 "ERL_EPMD_ADDRESS=$at" \
    "RABBITMQ_MNESIA_BASE=$folder/$n/mnesia" "RABBITMQ_LOG_BASE=$folder/$n/log" "RABBITMQ_PID_FILE=$folder/$n/pid" \
    "RABBITMQ_CONFIG_FILE=$folder/rabbitmq" "RABBITMQ_ENABLED_PLUGINS_FILE=$folder/enabled_plugins" RABBITMQ_CONF_ENV_FILE=/dev/null \
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {${at//./,}} net_ticktime 8 +sbwt none +S 2:2" "$@"
}

add_network() {
  ip link add "$bridge" type bridge
  ip addr add "10.$net.254/24" dev "$bridge"
  ip link set "$bridge" up
  local n
  for n in 1 2 3; do
    ip netns add "$(space "$n")"
    ip link add "cv$id-$n" type veth peer name eth0 netns "$(space "$n")"
    ip link set "cv$id-$n" master "$bridge" up
    ip -n "$(space "$n")" addr add "$(address "$n")/24" dev eth0
    ip -n "$(space "$n")" link set lo up
    ip -n "$(space "$n")" link set eth0 up
  done
}

remove_network() {
  local n
  for n in 1 2 3; do
    ip netns pids "$(space "$n")" 2> /dev/null | xargs -r kill -9 2> /dev/null || true
    ip link del "cv$id-$n" 2> /dev/null || true
    ip netns del "$(space "$n")" 2> /dev/null || true
  done
  ip link del "$bridge" 2> /dev/null || true
}

start_node() {
  rm -f "$folder/$1/pid"
  within "$1" "$bin/rabbitmq-server" -detached < /dev/null > "$folder/$1/start.log" 2>&1
}

await_node() {
  within "$1" "$bin/rabbitmqctl" wait --timeout 300 "$folder/$1/pid" >> "$folder/$1/start.log" 2>&1 ||
    { echo "Node $1 did not start; see $folder/$1/start.log and $folder/$1/log" >&2; return 1; }
}

start() {
  [ -x "$bin/rabbitmq-server" ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server" >&2; exit 1; }
  printf '[].\n' > "$folder/enabled_plugins"
  # A node that sees less than half of the others stops serving, so that there are never two clusters.
  {
    printf 'log.file.level = warning\nloopback_users = none\ncluster_partition_handling = pause_minority\n'
    printf 'cluster_formation.peer_discovery_backend = classic_config\n'
    for n in 1 2 3; do printf 'cluster_formation.classic_config.nodes.%s = consent@%s\n' "$n" "$(address "$n")"; done
  } > "$folder/rabbitmq.conf"
  local cookie
  cookie=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  for n in 1 2 3; do
    mkdir -p "$folder/$n"
    printf '%s' "$cookie" > "$folder/$n/.erlang.cookie"
    chmod 600 "$folder/$n/.erlang.cookie"
  done
  add_network
  for n in 1 2 3; do start_node "$n"; done
  for n in 1 2 3; do await_node "$n" || { stop; exit 1; }; done
  within 1 "$bin/rabbitmqctl" await_online_nodes 3 --timeout 180 > /dev/null || { echo "The nodes did not find each other." >&2; stop; exit 1; }
}

stop() {
  remove_network
  rm -f "$folder/net"
}

kill_node() {
  # The node, not its epmd, which knows nothing that matters.
  kill -9 "$(cat "$folder/$1/pid")" 2> /dev/null || true
  while kill -0 "$(cat "$folder/$1/pid")" 2> /dev/null; do sleep 0.05; done
}

heal() {
  local n m
  for n in 1 2 3; do
    for m in 1 2 3; do ip -n "$(space "$n")" neigh del "$(address "$m")" dev eth0 2> /dev/null || true; done
    ip netns exec "$(space "$n")" tc qdisc del dev eth0 root 2> /dev/null || true
  done
}

# Every node runs with the two others and remembers no partition.
is_whole() {
  local n
  for n in 1 2 3; do
    within "$n" timeout 20 "$bin/rabbitmqctl" --silent eval "{length(rabbit_mnesia:cluster_nodes(running)), rabbit_node_monitor:partitions()}." 2> /dev/null | grep -qF '{3,[]}' || return 1
  done
}

await_whole() {
  local until=$((SECONDS + $1))
  until is_whole; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 1
  done
}

# What the broker's guide to partitions has an operator do where nodes do not come together by themselves: one is trusted, the others begin again.
rejoin() {
  await_whole 60 && return
  echo "by hand"
  local n
  for n in 2 3; do within "$n" timeout 60 "$bin/rabbitmqctl" --silent stop_app > /dev/null 2>&1 || true; done
  within 1 timeout 60 "$bin/rabbitmqctl" --silent start_app > /dev/null 2>&1 || true
  for n in 2 3; do within "$n" timeout 90 "$bin/rabbitmqctl" --silent start_app > /dev/null 2>&1 || true; done
  await_whole 120 || { echo "The nodes did not become one cluster again." >&2; exit 1; }
}

# Any node that runs can answer.
ask() {
  local n
  for n in 1 2 3; do
    if within "$n" timeout 60 "$bin/rabbitmqctl" --silent "$@" 2> /dev/null; then return 0; fi
  done
  echo "No node answers: $*" >&2
  return 1
}

case $command in
  start) start ;;
  start-node) start_node "$1" && await_node "$1" ;;
  kill-node) kill_node "$1" ;;
  cut) ip -n "$(space "$1")" neigh replace "$(address "$2")" lladdr $nowhere dev eth0 nud permanent ;;
  slow) ip netns exec "$(space "$1")" tc qdisc replace dev eth0 root tbf rate "$2" burst 16kb latency 2s ;;
  reach) ip netns exec "$(space "$1")" timeout 2 bash -c "exec 3<> /dev/tcp/$(address "$2")/5672" 2> /dev/null || exit 1 ;;
  heal) heal ;;
  rejoin) rejoin ;;
  vhost) ask add_vhost "$1" && ask set_permissions -p "$1" guest '.*' '.*' '.*' ;;
  # Of the one queue alone: to ask each of them where it is led takes long under load.
  leader) { ask eval "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"${2:-/}\">>, queue, <<\"$1\">>)), {_, Node} = amqqueue:get_pid(Q), Node." 2> /dev/null || true; } | sed -nE "s/.*\.([0-9]+)'?$/\1/p" ;;
  members) ask list_queues -p "${1:-/}" name type members | awk '$2 == "quorum" { print $1, gsub(/consent@/, "") }' ;;
  stop) stop ;;
  *) echo "'$command' is none; see the head of this file." >&2; exit 2 ;;
esac
