# TAP for tests in shell: `. t/tap.sh` from the project's root.  $dir is a
# directory of the test's own, gone at its end; `finish` is the last line.
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
tap_n=0
tap_bad=0
dir=$(mktemp -d)
chmod 755 "$dir"
tap_pids=
tap_clean() {
	for tap_pid in $tap_pids; do
		kill "$tap_pid" 2>/dev/null
	done
	rm -rf "$dir"
}
trap tap_clean EXIT
trap 'exit 1' HUP INT TERM

# A process that this test started, to be ended with it.
mine() { tap_pids="$tap_pids $1"; }

# ok WHAT COMMAND...: passes when the command does.
ok() {
	tap_n=$((tap_n + 1))
	tap_what=$1
	shift
	if tap_out=$("$@" 2>&1); then
		printf '%s\n' "ok $tap_n - $tap_what"
	else
		tap_bad=1
		printf '%s\n' "not ok $tap_n - $tap_what"
		printf '%s\n' "failed: $*" "$tap_out" | sed 's/^/#   /' >&2
	fi
}

# is WHAT GOT WANT
is() {
	tap_n=$((tap_n + 1))
	if [ "$2" = "$3" ]; then
		printf '%s\n' "ok $tap_n - $1"
	else
		tap_bad=1
		printf '%s\n' "not ok $tap_n - $1"
		printf '%s\n' "got:  $2" "want: $3" | sed 's/^/#   /' >&2
	fi
}

# like WHAT GOT PATTERN (extended, anywhere in it)
like() {
	tap_n=$((tap_n + 1))
	if printf '%s\n' "$2" | grep -qE -e "$3"; then
		printf '%s\n' "ok $tap_n - $1"
	else
		tap_bad=1
		printf '%s\n' "not ok $tap_n - $1"
		printf '%s\n' "got:  $2" "like: $3" | sed 's/^/#   /' >&2
	fi
}

# run COMMAND...: leaves what it said in $out and $err, its status in $status.
run() {
	status=0
	"$@" >"$dir/.out" 2>"$dir/.err" || status=$?
	out=$(cat "$dir/.out")
	err=$(cat "$dir/.err")
}

finish() {
	echo "1..$tap_n"
	exit $tap_bad
}
