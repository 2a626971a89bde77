#!/bin/sh
# README, word for word: every command that it shows for root is run in a clean
# Debian root of its own, from building to a mail with a button that this
# root's Postfix has delivered, and to removing it all again.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
root=$PWD/build/readme-root.tar
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# What README has installed is unpacked beforehand, for the commands are run
# without a network: apt-get then finds it there.
packages=$(sed -n 's/^    # apt-get install -y //p' README | tr '\n ' ',,')
wanted=$(printf '%s' "$packages" | cksum)
mkdir -p build
exec 8>build/readme-root.lock
flock 8
if [ ! -e "$root" ] || [ "$(cat build/readme-root.wanted 2>/dev/null)" != "$wanted" ]
then
	echo "# making a Debian root"
	$sudo mmdebstrap -q --variant=minbase --aptopt='Apt::Install-Recommends
	    "false"' --include="systemd,procps,iproute2,postfix,ca-certificates,${packages%,}" \
	    bookworm build/readme-root.new.tar >"$dir/mmdebstrap.log" 2>&1 &&
	    $sudo chown "$(id -u)" build/readme-root.new.tar && mv build/readme-root.new.tar "$root" &&
	    echo "$wanted" >build/readme-root.wanted
fi
flock -u 8
ok "there is a clean Debian root" test -e "$root" ||
    sed 's/^/# /' "$dir/mmdebstrap.log"

# One shell runs them all; what follows a line with `# ` belongs to it.
cat >"$dir/commands.awk" <<'A'
function end() {
	if (command != "")
		printf "say <<'ENDOFSAY'\n%s\nENDOFSAY\n%s\nend $?\n",
		    command, command
	command = ""
}
inside		{ command = command "\n" substr($0, 5)
		  inside = $0 != "    END"; next }
/^    # /	{ end(); command = substr($0, 7); inside = /<<.?END/; next }
/^    / && command != ""	{ command = command "\n" substr($0, 5); next }
		{ end() }
END		{ end() }
A
cat >"$dir/head.sh" <<'A'
say() { shown=$(cat); printf '\n# %s\n' "$shown"; }
end() {
	printf '%s\t%s\n' "$1" "$(printf '%s' "$shown" | head -n 1)" >>/said
	case $1,$shown in
	0,*|*,calloffer\ check|*,calloffer\ test-call*) ;;
	*) echo "README: this has failed"; exit 1 ;;
	esac
	case $shown in	# what is there is looked at before it is removed
	'calloffer check') calloffer check >/check 2>&1 ;;
	'calloffer calls') cp /var/mail/root /mail ;;
	esac
}
cd /src
A
awk -f "$dir/commands.awk" README |
    cat "$dir/head.sh" - >"$dir/commands.sh"
# The last one is for the directory of README again.
sed -i 's/^make uninstall$/cd \/src \&\& make uninstall/' "$dir/commands.sh"
like "README has commands" "$(grep -c '^say' "$dir/commands.sh")" '^[4-9][0-9]'

$sudo sh t/readme/enter "$root" "$PWD" "$dir" >"$dir/out" 2>&1
status=$?
is "all of them succeed" "$status" 0
[ "$status" = 0 ] || tail -n 60 "$dir/out" | sed 's/^/#   /'
like "a mail with a link was delivered" "$(cat "$dir/mail" 2>/dev/null)" \
    '^https://call\.example\.com/o/[A-Za-z0-9_-]{200,}$'
is "its field is gone" "$(grep -ci '^x-call-offer' "$dir/mail")" 0
is "check finds nothing wrong but the Asterisk that is not there" \
    "$(grep 'WRONG$' "$dir/check" | tr -s ' ')" "provider asterisk is ready WRONG"
is "nothing of ours is left below /usr/local" "$(cat "$dir/left")" ""
finish
