# A private Postfix for tests and the demo: its own configuration, queue and
# ports below one folder.  To be sourced from the project's root.
#
#	. t/postfix.sh
#	postfix_start DIR unix:/path/of/milter.sock
#	t/mail.py send "$SUBMIT" "$POSTFIX_LOGIN" "$POSTFIX_PASSWORD" ...
#	postfix_delivered [N]		have N mails (1) arrived?
#	postfix_mail [N]		the N-th mail that left (1), as it left
#	postfix_stop
#
# $SUBMIT: host:port of a submission service as etc/postfix has it: with SMTP
# AUTH, the milter before all others, fail-open.  $SMTP_IN: host:port of a
# service without the milter, for mail that comes in from outside.  All mail
# leaves by smtp(8), through smtp_header_checks, to a server that keeps what it
# gets.  POSTFIX_SUBMISSION: more options of the submission service; POSTFIX_MAIN:
# more lines of main.cf.
#
# Postfix itself needs root: sudo is used where there is none.

POSTFIX_LOGIN=alice
POSTFIX_PASSWORD=wonderland
postfix_sudo=
[ "$(id -u)" = 0 ] || postfix_sudo=sudo
postfix_dir=
postfix_sink_pid=

postfix_version() { /usr/sbin/postconf -d -h mail_version; }

postfix_auth() {
	mkdir -p "$postfix_dir/etc/sasl"
	cat >"$postfix_dir/etc/sasl/smtpd.conf" <<-X
	pwcheck_method: auxprop
	auxprop_plugin: sasldb
	sasldb_path: $postfix_dir/etc/sasl/db
	mech_list: PLAIN LOGIN
	X
	printf %s "$POSTFIX_PASSWORD" | saslpasswd2 -p -c -u post.example \
	    -f "$postfix_dir/etc/sasl/db" "$POSTFIX_LOGIN"
	chmod 644 "$postfix_dir/etc/sasl/db"
}

postfix_main() {
	cat <<-X
	compatibility_level = 3.6
	queue_directory = $postfix_dir/queue
	data_directory = $postfix_dir/data
	maillog_file = $postfix_dir/log/maillog
	maillog_file_prefixes = $postfix_dir/log
	myhostname = post.example
	mydestination =
	mynetworks = 127.0.0.0/8
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	alias_maps =
	alias_database =
	local_recipient_maps =
	local_transport = error:none
	relayhost = [127.0.0.1]:$postfix_sink
	smtp_header_checks = regexp:$PWD/etc/postfix/calloffer_header_checks
	cyrus_sasl_config_path = $postfix_dir/etc/sasl
	biff = no
	header_size_limit = 4096000
	message_size_limit = 0
	mailbox_size_limit = 0
	smtpd_client_connection_count_limit = 0
	smtpd_peername_lookup = no
	smtpd_recipient_restrictions =
	in_flow_delay = 0
	X
	printf '%s\n' "${POSTFIX_MAIN:-}"
}

postfix_master() {
	cat <<-X
	$1 inet n - n - - smtpd
	  -o syslog_name=postfix/submission
	  -o smtpd_sasl_auth_enable=yes
	  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
	  -o smtpd_milters={$postfix_milter,default_action=accept,connect_timeout=5s,command_timeout=15s,content_timeout=60s}
	  -o milter_macro_daemon_name=ORIGINATING
	${POSTFIX_SUBMISSION:-}
	$2 inet n - n - - smtpd
	  -o smtpd_milters=${POSTFIX_IN_MILTER:-}
	pickup unix n - n 60 1 pickup
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	verify unix - - n - 1 verify
	flush unix n - n 1000? 0 flush
	proxymap unix - - n - - proxymap
	smtp unix - - n - - smtp
	relay unix - - n - - smtp
	showq unix n - n - - showq
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	anvil unix - - n - 1 anvil
	scache unix - - n - 1 scache
	postlog unix-dgram n - n - 1 postlogd
	X
}

# Everything that leaves is kept, one file a mail.
postfix_sink_start() {
	mkdir -p "$postfix_dir/out"
	if [ "$(id -u)" = 0 ]; then
		chown nobody "$postfix_dir/out"
		set -- -u nobody
	else
		set --
	fi
	setpriv --pdeathsig TERM /usr/sbin/smtp-sink "$@" -c \
	    -d "$postfix_dir/out/%s.%M." "127.0.0.1:$postfix_sink" 100 \
	    </dev/null >"$postfix_dir/sink.log" 2>&1 &
	postfix_sink_pid=$!
}

postfix_start() {	# DIR MILTER
	mkdir -p "$1"
	postfix_dir=$(cd "$1" && pwd)
	postfix_milter=$2
	# shellcheck disable=SC2046
	set -- $(t/asterisk/ports 3)
	SUBMIT=127.0.0.1:$1
	SMTP_IN=127.0.0.1:$2
	postfix_sink=$3
	mkdir -p "$postfix_dir/etc" "$postfix_dir/queue" "$postfix_dir/data" \
	    "$postfix_dir/log"
	$postfix_sudo chown root "$postfix_dir/queue" "$postfix_dir/log"
	$postfix_sudo chown postfix "$postfix_dir/data"
	chmod 755 "$postfix_dir"
	postfix_auth || return 1
	postfix_main >"$postfix_dir/etc/main.cf"
	postfix_master "$1" "$2" >"$postfix_dir/etc/master.cf"
	$postfix_sudo chown -R root "$postfix_dir/etc"
	postfix_sink_start
	if ! $postfix_sudo /usr/sbin/postfix -c "$postfix_dir/etc" start \
	    >"$postfix_dir/start.log" 2>&1; then
		cat "$postfix_dir/start.log" "$postfix_dir/log/maillog" >&2
		return 1
	fi
	for _try in 1 2 3 4 5 6 7 8 9 10; do
		! python3 -c 'import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).recv(100)' \
		    "${SUBMIT%:*}" "${SUBMIT##*:}" 2>/dev/null || return 0
		sleep 0.3
	done
	return 1
}

postfix_log() { $postfix_sudo cat "$postfix_dir/log/maillog"; }

postfix_delivered() {	# [N]
	[ "$(find "$postfix_dir/out" -type f | wc -l)" -ge "${1:-1}" ]
}

postfix_mail() {	# [N]
	_f=$(find "$postfix_dir/out" -type f -printf '%T@ %p\n' | sort -n |
	    sed -n "${1:-1}{s/^[^ ]* //;p}")
	# The sink puts lines of its own before the mail.
	sed '1,/^X-Rcpt-Args/{/^X-/d}' "$_f"
}

postfix_stop() {
	[ -n "$postfix_dir" ] || return 0
	$postfix_sudo /usr/sbin/postfix -c "$postfix_dir/etc" stop \
	    >/dev/null 2>&1 || :
	if [ -n "$postfix_sink_pid" ]; then
		kill "$postfix_sink_pid" 2>/dev/null || :
		wait "$postfix_sink_pid" 2>/dev/null || :
	fi
	$postfix_sudo rm -rf "$postfix_dir"
	postfix_dir=
}
