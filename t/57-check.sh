#!/bin/sh
# calloffer check: each thing that can be wrong is found, told with what to do
# about it, and nothing else is.  The daemons are stand-ins that say what a
# case wants.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
mkdir "$dir/bin" "$dir/etc" "$dir/run"
chmod 755 "$dir/bin" "$dir/etc" "$dir/run"
cp "$B/calloffer" "$dir/bin/calloffer"
C="$dir/bin/calloffer -C $dir/etc"

# A stand-in takes its configuration unless it holds the word `bad`, and its
# facts are the lines of NAME.facts.
for p in milter acceptd bridge; do
	cat >"$dir/bin/calloffer-$p" <<-E2
	#!/bin/sh
	[ "\$2" = -c ] || exit 64
	case \$1 in
	-n)	! grep -q bad "\$3" || { echo "\$3:7: no such key: bad"; exit 78; } ;;
	--facts) cat "$dir/$p.facts" ;;
	*)	exit 64 ;;
	esac
	E2
	chmod 755 "$dir/bin/calloffer-$p"
done

mkfifo "$dir/hold"
echo '{}' >"$dir/state"
/usr/bin/python3 t/fakebridge.py "$dir/run/admin" "$dir/state" "$dir/log" \
    <"$dir/hold" >"$dir/ready" &
mine $!
exec 9>"$dir/hold"
/usr/bin/python3 -c '
import socket, sys
held = []
for path in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(64)
    held.append(s)
print("ready", flush=True)
sys.stdin.read()' "$dir/run/milter" "$dir/run/http" "$dir/run/face" \
    <"$dir/hold" >"$dir/ready2" &
mine $!
while ! grep -q ready "$dir/ready" || ! grep -q ready "$dir/ready2"; do
	sleep 0.05
done
chmod 666 "$dir"/run/*

table() {	# compiles what it is given
	cat >"$dir/etc/offerors"
	$C offerors >/dev/null || echo "# the table is at fault" >&2
}

good() {	# a whole installation without a fault
	for p in milter acceptd bridge; do echo fine >"$dir/etc/$p.conf"; done
	table <<-E2
	alice@example.com to=+442079460123 account=sales allow=+33*,+442079460124
	@Example.org to=sip:desk@example.com
	E2
	cat >"$dir/milter.facts" <<-E2
	sign 11111111
	seal 22222222
	listen unix:$dir/run/milter
	table $dir/etc/offerors.lmdb
	url https://call.example.com
	uses 10
	lifetime 2592000
	E2
	cat >"$dir/acceptd.facts" <<-E2
	verify 33333333
	verify 11111111
	listen unix:$dir/run/http
	bridge unix:$dir/run/face
	url https://call.example.com
	E2
	cat >"$dir/bridge.facts" <<-E2
	url https://call.example.com
	face $dir/run/face
	admin $dir/run/admin
	verify 33333333 retired
	grants 33333333 1 60
	verify 11111111 live
	grants 11111111 10 2592000
	scope 33333333 accounts *
	scope 33333333 from_domains *
	scope 33333333 destinations *
	scope 11111111 accounts sales
	scope 11111111 accounts def*
	scope 11111111 from_domains EXAMPLE.com
	scope 11111111 from_domains *.org
	scope 11111111 destinations +44*
	scope 11111111 destinations +331*
	scope 11111111 destinations sip:*@example.com
	account sales
	rings sales countries +44*
	rings sales countries +33*
	account default
	rings default countries +44*
	rings default sip_domains *.example.com
	rings default sip_domains example.com
	unseal 44444444
	unseal 22222222
	E2
	echo '{"health": {"providers": [["trunk", 1, ""]]}}' >"$dir/state"
}

good
run $C check
is "nothing is wrong: 0" "$status" 0
like "  and says how much was looked at" "$out" 'all (1[0-9]|20) are well'
is "  within 80 columns" "$(printf '%s\n' "$out" | grep -v "$dir" |
    awk 'length > 80')" ""
is "  every line is ok" "$(printf '%s\n' "$out" | head -n -2 |
    grep -vc ' ok$')" 0
run $C check -q
is "quietly: nothing" "$status$out$err" 0

echo "unheard trunk" >>"$dir/bridge.facts"
run $C check
is "who talks cannot be warned: no fault" "$status" 0
like "  but told" "$out" 'provider +trunk cannot warn that the money'
good

# One fault each: what is broken, what is told.
fault() {	# WHAT PATTERN: the state was broken before
	run $C check -q
	is "$1: 1" "$status" 1
	like "  is told" "$(printf '%s\n' "$out" | tr -s '\n ' ' ')" "$2"
	is "  and nothing else" "$(printf '%s\n' "$out" |
	    grep -c 'WRONG$')" "${3:-1}"
	good
}
sed -i s/11111111/55555555/ "$dir/acceptd.facts"
fault "acceptd does not know the milter's key" \
    'acceptd trusts .* 11111111.*refused as forged.*sign.pub'
sed -i s/11111111/55555555/ "$dir/bridge.facts"
fault "the bridge does not know it" \
    'bridge trusts .* 11111111.*refused as forged'
sed -i 's/11111111 live/11111111 retired/' "$dir/bridge.facts"
fault "the bridge has it retired" 'bridge trusts .*retired or compromised'
sed -i 's/^uses 10/uses 11/' "$dir/milter.facts"
fault "the milter makes offers of more uses" \
    'grants what the milter offers.*refused when somebody.*max_uses'
sed -i 's/10 2592000/10 2591999/' "$dir/bridge.facts"
fault "or of a longer life" 'grants what the milter offers.*max_lifetime'
said="table of offerors offers WRONG The bridge refuses links of these when"
said="$said somebody opens them:"
sed -i '/^account sales/d' "$dir/bridge.facts"
fault "an account is none of the bridge's" "bridge takes what the $said \
alice@example.com \(there is no account sales\)\..*key.*\`calloffer offerors\`"
sed -i '/accounts def/d' "$dir/bridge.facts"
fault "the key may not use one" \
    "$said @example.org \(default is not in accounts\)\."
sed -i '/domains .*org/d' "$dir/bridge.facts"
fault "it may not speak for a domain" \
    "$said @example.org \(example.org is not in from_domains\)\."
sed -i '/destinations sip/d' "$dir/bridge.facts"
fault "it may not offer a destination" \
    "$said @example.org \(sip:d...@example.com is not in destinations\)\."
sed -i 's/+44[*]/+442079460123/' "$dir/bridge.facts"
fault "nor one that an author may name" \
    "$said alice@example.com \(\+44...24 is not in destinations\)\."
sed -i '/destinations +33/d' "$dir/bridge.facts"
fault "nor any that fits a pattern" \
    "$said alice@example.com \(\+33[*] is not in destinations\)\."
sed -i '/rings sales .*+33/d' "$dir/bridge.facts"
fault "the account may ring none that fits" \
    "$said alice@example.com \(\+33[*] is not in countries of sales\)\."
sed -i 's/sales countries +44/sales countries +1/' "$dir/bridge.facts"
fault "nor the one that is registered" \
    "$said alice@example.com \(\+44...23 is not in countries of sales\)\."
sed -i '/default sip_domains ex/d' "$dir/bridge.facts"
fault "nor at that domain" \
    "$said @example.org \(sip:d...@example.com is not in sip_domains of d"
table <<-E2
bob@example.com to=+442079460123 allow=sip:*@b.example.com
eve@example.com to=+442079460123 allow=sip:desk*@example.org
E2
sed -i 's/\(destinations sip:\).*/\1*/' "$dir/bridge.facts"
fault "nor at one of a pattern" \
    "$said eve@example.com \(sip:d...[*]@example.org is not in sip_domains of"
sed -i '/^rings/d' "$dir/bridge.facts"
run $C check -q
is "a bridge that does not say what it rings" "$status$out" 0
good
for who in a b c d e; do echo "$who@example.net to=+442079460123"; done | table
fault "many entries are at fault: the first, and how many" \
    "$said a@.*\), b@.*\), c@example.net \([^()]*\) and 2 more\."
: >"$dir/etc/offerors.lmdb"
fault "the table cannot be read" \
    'table of offerors offers WRONG .*/offerors.lmdb.*`calloffer offerors`'
sed -i '/^scope/d; /^account/d' "$dir/bridge.facts"
run $C check -q
is "a bridge that does not say: nothing is told" "$status$out" 0
good
sed -i '/unseal 22222222/d' "$dir/bridge.facts"
fault "the bridge cannot open what the milter seals" \
    'sealed with 22222222.*no offer can be opened.*seal.pub'
sed -i s/call.example/tel.example/ "$dir/acceptd.facts"
fault "acceptd is elsewhere" \
    'acceptd is where .*call.example.com, and acceptd .*tel.example.com'
sed -i s/call.example/tel.example/ "$dir/bridge.facts"
fault "the bridge's pages are elsewhere" 'bridge is where .*bridge.conf'
sed -i "s,^bridge .*,bridge unix:$dir/run/elsewhere," "$dir/acceptd.facts"
fault "acceptd asks elsewhere" 'acceptd asks .*/run/elsewhere'
rm "$dir/etc/offerors.lmdb"
fault "the table was never compiled" \
    'table of offerors .*No such file.*`calloffer offerors`'
touch -d '1 minute ago' "$dir/etc/offerors.lmdb"
fault "the table is older than its text" 'newer than .*`calloffer offerors`'
sed -i "s,run/milter,run/gone," "$dir/milter.facts"
fault "the milter is not running" \
    'answers at .*run/gone.*systemctl start calloffer-milter'
sed -i "s,run/http,run/gone," "$dir/acceptd.facts"
fault "acceptd is not running" 'systemctl start calloffer-acceptd'
sed -i "s,run/face,run/gone," "$dir/acceptd.facts" "$dir/bridge.facts"
fault "the face's socket is not there" 'systemctl start calloffer-bridge'
sed -i "s,run/admin,run/gone," "$dir/bridge.facts"
fault "the bridge does not answer" 'no bridge answers at .*run/gone'
echo '{"mute": 1}' >"$dir/state"
fault "the bridge is stuck" 'did not answer within 5 s'
echo '{"health": {"providers": []}}' >"$dir/state"
fault "there is no provider" 'provider .*nothing can be rung'
echo '{"health": {"providers": [["a", 1, ""], ["b", 0,
    "401: set password_file"]]}}' >"$dir/state"
fault "a provider is not ready" 'provider b is ready.*401: set password_file'
echo '{"health": {"is_journal_ok": 0, "providers": [["a", 1, ""]]}}' \
    >"$dir/state"
fault "the journal is full" 'journal .*no call is accepted.*Make room'
echo '{"health": {"used": 95, "max": 100, "providers": [["a", 1, ""]]}}' \
    >"$dir/state"
fault "the journal is nearly full" '95 % full.*nearly full'
echo '{"health": {"is_stopped": 1, "providers": [["a", 1, ""]]}}' \
    >"$dir/state"
fault "calls are switched off" 'switched on.*stop_file'
echo bad >"$dir/etc/milter.conf"
fault "a configuration is at fault" "milter.conf:7: no such key: bad"
rm "$dir/bin/calloffer-acceptd"
fault "a program is missing" 'calloffer-acceptd is not installed'

rm "$dir"/etc/acceptd.conf "$dir"/etc/bridge.conf
run $C check
is "a machine with the milter alone" "$status" 0
like "  says that the others are not here" "$out" \
    'bridge +no configuration: not on this machine'
rm "$dir/etc/milter.conf"
run $C check
is "a machine with nothing: 1" "$status" 1

# The socket that Postfix may not open.
if [ "$(id -u)" = 0 ] && getent passwd postfix >/dev/null; then
	good
	cp "$B/calloffer-acceptd" "$dir/bin/" 2>/dev/null
	rm -f "$dir"/etc/acceptd.conf "$dir"/etc/bridge.conf
	chmod 600 "$dir/run/milter"
	run $C check -q
	like "a socket that is closed to Postfix" "$status $(echo "$out" |
	    tr -s '\n ' ' ')" '^1 milter lets postfix in WRONG .*denied.*0660'
fi
finish
