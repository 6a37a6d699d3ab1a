#!/usr/bin/env bash
# A network of pods on this machine: a bridge, and for each pod a network namespace of its own at 10.A.B.N. There is no way out of it and none in: this machine
# reaches the pods, and they reach it, at 10.A.B.254 (the node, whose probes no policy stops) and at 10.A.B.250 to 10.A.B.253 (what is not a pod). As root, on Linux.
#   pods.sh start FOLDER A.B               the bridge
#   pods.sh add FOLDER N                   the namespace of a pod, /run/netns/consent-pods-A-B-N; it stays when its container dies
#   pods.sh policy FOLDER N < RULES        rules of nft for the namespace, in the place of those before
#   pods.sh reach FOLDER N ADDRESS PORT    exit code 1 when the pod cannot connect to it within 2 s
#   pods.sh remove FOLDER N                the namespace, and what runs in it
#   pods.sh stop FOLDER                    everything but the folder
set -euo pipefail

command=${1:?see the head of this file}
folder=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd)
shift 2
[ "$command" = start ] && printf '%s\n' "${1:?two numbers, such as 77.1}" > "$folder/net"
[ -f "$folder/net" ] || exit 0
net=$(cat "$folder/net")
# Names of interfaces have at most 15 characters.
id=${net/./-}
bridge=cp$id
space() { echo "consent-pods-$id-$1"; }

start() {
  ip link add "$bridge" type bridge
  # The first is the one from which this machine speaks where nothing else is said.
  local last
  for last in 254 250 251 252 253; do ip addr add "10.$net.$last/24" dev "$bridge"; done
  ip link set "$bridge" up
}

add() {
  ip netns add "$(space "$1")"
  ip link add "cq$id-$1" type veth peer name eth0 netns "$(space "$1")"
  ip link set "cq$id-$1" master "$bridge" up
  ip -n "$(space "$1")" addr add "10.$net.$1/24" dev eth0
  ip -n "$(space "$1")" link set lo up
  ip -n "$(space "$1")" link set eth0 up
}

remove() {
  ip netns pids "$(space "$1")" 2> /dev/null | xargs -r kill -9 2> /dev/null || true
  ip link del "cq$id-$1" 2> /dev/null || true
  ip netns del "$(space "$1")" 2> /dev/null || true
}

stop() {
  local name
  for name in $(ip netns list | awk -v of="consent-pods-$id-" 'index($1, of) == 1 { print $1 }'); do remove "${name##*-}"; done
  ip link del "$bridge" 2> /dev/null || true
  rm -f "$folder/net"
}

case $command in
  start) start ;;
  add) add "$1" ;;
  policy) { echo "flush ruleset"; cat; } | ip netns exec "$(space "$1")" nft -f - ;;
  reach) ip netns exec "$(space "$1")" timeout 2 bash -c "exec 3<> /dev/tcp/$2/$3" 2> /dev/null || exit 1 ;;
  remove) remove "$1" ;;
  stop) stop ;;
  *) echo "'$command' is none; see the head of this file." >&2; exit 2 ;;
esac
