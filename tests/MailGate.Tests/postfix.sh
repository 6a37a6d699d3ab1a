#!/usr/bin/env bash
# postfix.sh FOLDER PORT NEXT: Debian's postfix, as this process, with all that it has in the folder. Takes mail on the port of the loopback, and
# hands it to whoever listens on the next. Refuses nobody@refused.example, and puts later@refused.example off. Ends by itself after ten minutes.
set -euo pipefail
folder=$1 port=$2 next=$3
[ "$(id -u)" = 0 ] || { echo "Run as root: postfix starts as nobody else." >&2; exit 1; }
# Postfix does most of its work in there as its own user.
chmod 711 "$folder"
mkdir "$folder/postfix" "$folder/queue" "$folder/data"
chown postfix "$folder/data"
cat > "$folder/postfix/main.cf" << HERE
queue_directory = $folder/queue
data_directory = $folder/data
maillog_file_prefixes = $folder
maillog_file = $folder/postfix.log
myhostname = mail.orchard.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:$next
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access texthash:$folder/postfix/refused, permit_mynetworks, reject
HERE
printf '%s\n' "nobody@refused.example 550 5.1.1 There is nobody here" "later@refused.example 450 4.2.0 Later" > "$folder/postfix/refused"
cat > "$folder/postfix/master.cf" << HERE
127.0.0.1:$port inet n - n - - smtpd
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
postfix -c "$folder/postfix" check > "$folder/postfix-check.log" 2>&1
exec "$(postconf -h daemon_directory)/master" -c "$folder/postfix" -e 600 -s
