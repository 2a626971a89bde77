#!/bin/sh
# Each daemon closes its jail before it reads a byte from outside: in the order
# of its system calls, seccomp comes before the first accept.  And it is who
# its configuration says, when it was started as root.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
. t/stack.sh
STACK=$dir/stack
BED=$dir/stack
mkdir -p "$STACK"
chmod 755 "$STACK"
AST_URL=http://127.0.0.1:1/ari
AST_USER=u AST_PASSWORD=p AST_APP=a
AST_TRUNK_PSTN=PJSIP/%s@trunk AST_TRUNK_SIP=PJSIP/packet/%s
WEB=127.0.0.1:$("$T_ASTERISK/ports" 1)
stack_files
over() {
	for _p in $bed_pids; do
		pkill -TERM -P "$_p" 2>/dev/null
	done
	tap_clean
}
trap over EXIT

# watch NAME: starts a daemon under strace.
watch() {
	bed_run "$1" strace -f -q -o "$dir/$1.trace" \
	    -e trace=seccomp,accept,accept4,setresuid,setuid,recvfrom,recvmsg \
	    "$B/calloffer-$1" -c "$STACK/etc/$1.conf"
}
# The line of the trace on which a call first succeeds.
line() { grep -nE "$2\(.* = [0-9]" "$dir/$1.trace" | head -n 1 | cut -d: -f1; }
is_before() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" -lt "$2" ]; }

watch bridge
watch milter
watch acceptd
bed_wait 10 test -S "$STACK/run/face.sock"
bed_wait 10 test -S "$MILTER_SOCK"
bed_wait 10 stack_web_answers
stack_tool check >/dev/null 2>&1	# speaks to each of them

for p in bridge milter acceptd; do
	ok "$p: the jail is closed" test -n "$(line $p seccomp)"
	ok "$p: somebody is let in" test -n "$(line $p 'accept4?')"
	ok "$p: in this order" is_before "$(line $p seccomp)" \
	    "$(line $p 'accept4?')"
	child=$(pgrep -P "$(eval echo "\$pid_$p")" | head -n 1)
	is "$p: no new privileges, a filter" "$(sed -n \
	    's/^NoNewPrivs:[[:space:]]*//p; s/^Seccomp:[[:space:]]*//p' \
	    "/proc/$child/status" | paste -sd' ')" "1 2"
	is "$p: who it is" "$(ps -o user= -p "$child" | tr -d ' ')" "$STACK_USER"
	is "$p: no capability" "$(sed -n 's/^CapEff:[[:space:]]*//p' \
	    "/proc/$child/status")" 0000000000000000
done
finish
