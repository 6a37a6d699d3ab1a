#!/usr/bin/env bash
# Mail with an opt-out link, sent by nodemailer to Debian's postfix, signed there by Debian's opendkim as opendkim.conf says, received
# over SMTP and verified by mailauth: both headers must be covered (RFC 8058, 4), and what was tampered with afterwards must be told.
# Three further opendkims lack one line or both, and show what each is for. All of it in a folder and on loopback ports of its own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
domain=news.example.org selector=check
[ "$(id -u)" = 0 ] || { echo "Run as root: postfix starts as nobody else." >&2; exit 1; }
# What operators read is what is tried here.
for word in SignHeaders OversignHeaders; do
  lines=$(awk -v word="$word" '$1 == word { print $2 }' "$here/opendkim.conf" "$here/../../services/unsubscribe-links/README.md" | uniq -c)
  [[ $lines =~ ^\ *2\ [^$'\n']+$ ]] || { echo "README.md of the links tells another $word than opendkim.conf:" "$lines" >&2; exit 1; }
done
folder=$(mktemp -d)
started=()
cleanup() {
  local code=$?
  for process in "${started[@]}"; do kill "$process" 2> /dev/null || true; done
  wait
  [ "$code" = 0 ] || tail -n 40 "$folder"/*.log || true
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
# Postfix does most of its work in there as its own user.
chmod 711 "$folder"

# Below those that the system hands out to outgoing connections, one of which could take a port before it is listened on.
ports=()
for ((port = 28000 + RANDOM % 4000; ${#ports[@]} < 5; port++)); do
  (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || ports+=("$port")
done

opendkim-genkey --bits 2048 --domain "$domain" --selector "$selector" --directory "$folder"

# opendkim_of NAME: with the configuration on standard input. It takes no key from below /tmp, where others may write, unless told to.
opendkim_of() {
  {
    cat
    printf '%s\n' "Domain $domain" "Selector $selector" "KeyFile $folder/$selector.private" "Socket local:$folder/$1.sock" "UMask 000" "Syslog no" "RequireSafeKeys no"
  } > "$folder/$1.conf"
  opendkim -f -x "$folder/$1.conf" > "$folder/$1.log" 2>&1 &
  started+=($!)
}
opendkim_of ours < "$here/opendkim.conf"
opendkim_of signed-once < <(sed '/^OversignHeaders/s/\t.*/ From/' "$here/opendkim.conf")
opendkim_of oversigned-only < <(sed '/^SignHeaders/d' "$here/opendkim.conf")
opendkim_of as-shipped < <(sed -e '/^SignHeaders/d' -e '/^OversignHeaders/s/\t.*/ From/' "$here/opendkim.conf")
signers=(ours signed-once oversigned-only as-shipped)
for name in "${signers[@]}"; do
  for _ in $(seq 100); do [ -S "$folder/$name.sock" ] && break; sleep 0.1; done
  [ -S "$folder/$name.sock" ] || { echo "opendkim ($name) does not listen." >&2; exit 1; }
done

mkdir "$folder/postfix" "$folder/queue" "$folder/data"
chown postfix "$folder/data"
cat > "$folder/postfix/main.cf" << HERE
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file_prefixes = $folder
maillog_file = $folder/postfix.log
myhostname = mail.$domain
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:${ports[4]}
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
milter_default_action = tempfail
HERE
{
  for i in "${!signers[@]}"; do echo "127.0.0.1:${ports[i]} inet n - n - - smtpd -o smtpd_milters=unix:$folder/${signers[i]}.sock"; done
  cat << HERE
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
smtp      unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
HERE
} > "$folder/postfix/master.cf"
postfix -c "$folder/postfix" check > "$folder/postfix-check.log" 2>&1
# Ends by itself after five minutes, should nobody be left to end it.
"$(postconf -h daemon_directory)/master" -c "$folder/postfix" -e 300 -s > "$folder/postfix-master.log" 2>&1 &
started+=($!)
for port in "${ports[@]:0:4}"; do
  for _ in $(seq 100); do (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.1; done
done

node "$here/check.mjs" "$domain" "$selector" "$folder/$selector.txt" "${ports[@]}"
