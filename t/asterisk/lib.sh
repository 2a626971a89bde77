# A real Asterisk with telephones, for tests and the demo.  To be sourced by a
# shell script that stands anywhere in the tree (T_ASTERISK: this folder).
#
#	. t/asterisk/lib.sh
#	bed_start DIR			Asterisk, exchange and trunk below DIR
#	phone_start a +442079460101 400 answer:300 1:1500
#	phone_start b +442079460102 1000 answer:300 1:1500
#	... let the bridge ring them ...
#	phone_do a hang
#	phone_has a 'closed'		did that happen to it?
#	phone_heard a			what it has heard, a WAV: whole only
#					once the call has ended
#	phone_stop a
#	asterisk_stop; asterisk_start	as by a crash; the ports stay
#	bed_stop			ends all of it
#
# bed_start sets, for the bridge's configuration: AST_URL, AST_TLS_URL, AST_CA,
# AST_APP, AST_USER, AST_PASSWORD, AST_TRUNK_PSTN, AST_TRUNK_SIP.
#
# A telephone's number is +E.164, or the user of a SIP address: "desk" answers
# to sip:desk@example.com.  Its steps are those of `phone`.  Numbers that no
# phone_start has named belong to `trunk`: their last three digits say what
# happens (486: busy, 180: rings for ever, 000: a mailbox, ...).
#
# All processes are children of the sourcing shell; they are ended on its exit
# by a trap for EXIT, INT and TERM (who sets his own calls bed_stop in it), and
# by the kernel when it is killed.
#
# What to look at afterwards: see `sip` (order of messages, number leaks) and
# `tone` (who heard whom).

T_ASTERISK=${T_ASTERISK:-t/asterisk}
T_ASTERISK=$(cd "$T_ASTERISK" && pwd)
ASTERISK_TREE=${ASTERISK_TREE:-${T_ASTERISK%/t/asterisk}/build/asterisk}
BED=
bed_pids=

# Runs in the background, tied to this shell's life.
bed_run() {	# NAME COMMAND...
	_name=$1
	shift
	setpriv --pdeathsig TERM "$@" </dev/null >"$BED/$_name.out" 2>&1 &
	eval "pid_$_name=$!"
	bed_pids="$bed_pids $!"
}

bed_kill() {	# NAME SIGNAL
	eval "_pid=\${pid_$1:-}"
	[ -n "$_pid" ] || return 0
	kill "-$2" "$_pid" 2>/dev/null || :
	wait "$_pid" 2>/dev/null || :
	eval "pid_$1="
	_left=
	for _p in $bed_pids; do
		[ "$_p" = "$_pid" ] || _left="$_left $_p"
	done
	bed_pids=$_left
}

bed_lives() {	# NAME
	eval "_pid=\${pid_$1:-}"
	[ -n "$_pid" ] && kill -0 "$_pid" 2>/dev/null
}

# Tries a command each 50 ms until it succeeds: 0; not within SECONDS: 1.
bed_wait() {	# SECONDS COMMAND...
	_n=$(($1 * 20))
	shift
	while [ $_n -gt 0 ]; do
		! "$@" || return 0
		sleep 0.05
		_n=$((_n - 1))
	done
	return 1
}

bed_tree() {
	"$T_ASTERISK/get" "$ASTERISK_TREE" || return 1
	_root=$(cat "$ASTERISK_TREE/root")
	case $_root in
	/) AST_TREE=/ ;;
	*) AST_TREE=$(cd "$ASTERISK_TREE" && pwd)/$_root ;;
	esac
}

asterisk_answers() {
	bed_lives asterisk || return 0		# no sense in waiting
	curl -s -o /dev/null -u "$AST_USER:$AST_PASSWORD" \
	    "$AST_URL/asterisk/info"
}

asterisk_start() {
	bed_run asterisk "$T_ASTERISK/run" "$AST_TREE" "$BED/asterisk"
	bed_wait 20 asterisk_answers && bed_lives asterisk
}

asterisk_stop() {
	bed_kill asterisk KILL
}

# Ports were free a moment ago; somebody else may have been quicker.
bed_begin() {
	rm -rf "$BED/asterisk" "$BED/exchange"
	mkdir -p "$BED/exchange" "$BED/phone"
	# shellcheck disable=SC2046
	set -- $("$T_ASTERISK/ports" 2)
	"$T_ASTERISK/instance" "$AST_TREE" "$BED/asterisk" "$1" || return 1
	. "$BED/asterisk/env"
	BED_EXCHANGE=$1
	echo "$2" >"$BED/exchange/default"
	asterisk_start || return 1
	bed_run exchange "$T_ASTERISK/exchange" "$BED/exchange" "$1" "$AST_SIP"
	bed_run trunk "$T_ASTERISK/trunk" "$BED/trunk" "$2"
	bed_wait 5 grep -q ready "$BED/exchange.out" && sleep 0.3 &&
	    bed_lives exchange && bed_lives trunk
}

bed_start() {	# DIR
	mkdir -p "$1"
	BED=$(cd "$1" && pwd)
	bed_tree || return 1
	trap 'bed_stop' EXIT
	trap 'exit 130' INT TERM
	for _try in 1 2 3 4 5; do
		! bed_begin || return 0
		asterisk_stop
		bed_kill exchange KILL
		bed_kill trunk KILL
	done
	echo "bed: it does not start, see $BED" >&2
	return 1
}

bed_stop() {
	for _p in $bed_pids; do
		kill "$_p" 2>/dev/null || :
	done
	asterisk_stop
	bed_kill trunk KILL
	for _p in $bed_pids; do
		wait "$_p" 2>/dev/null || :
	done
	bed_pids=
}

phone_start() {	# NAME NUMBER HZ [STEPS...]
	_phone=$1
	_number=$2
	shift
	rm -rf "$BED/phone/$_phone"
	bed_run "phone_$_phone" "$T_ASTERISK/phone" "$BED/phone/$_phone" "$@"
	bed_wait 10 test -s "$BED/phone/$_phone/port" || return 1
	cp "$BED/phone/$_phone/port" "$BED/exchange/$_number"
	echo "$_number" >"$BED/phone/$_phone/number"
}

phone_do() {	# NAME ACTION
	echo "$2" >"$BED/phone/$1/do"
}

phone_has() {	# NAME PATTERN
	grep -q -- "$2" "$BED/phone/$1/events"
}

phone_heard() {	# NAME
	ls -S "$BED/phone/$1"/rec/*-dec.wav 2>/dev/null | head -n 1
}

phone_stop() {	# NAME
	rm -f "$BED/exchange/$(cat "$BED/phone/$1/number")"
	bed_kill "phone_$1" TERM
}

asterisk_version() {
	"$T_ASTERISK/run" "$AST_TREE" -V 2>/dev/null | sed 's/^Asterisk //'
}
