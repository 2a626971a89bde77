#!/bin/sh
# calloffer trust and keys: from one organisation's milter to another's bridge
# and back, by the programs themselves.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
umask 022
mkdir "$dir/mail" "$dir/phone" "$dir/phone/journal"
M="$B/calloffer -C $dir/mail"
P="$B/calloffer -C $dir/phone"
$M keygen -o >/dev/null
$P keygen -o >/dev/null
: >"$dir/mail/offerors"
$M offerors >/dev/null
printf secret >"$dir/phone/password"
chmod 400 "$dir/phone/password"

cat >"$dir/phone/bridge.conf" <<E
public = "https://call.example.net"
journal = "$dir/phone/journal"
unseal_keys = {"$dir/phone/keys/unseal.key"}
mac_key = "$dir/phone/keys/mac.key"
face = "$dir/phone/face"
face_users = {"$(id -u)"}
admin = "$dir/phone/admin"
admin_users = {"$(id -u)"}
provider pbx {
	kind = asterisk
	url = "http://127.0.0.1:1/ari"
	user = calloffer
	password_file = "$dir/phone/password"
	app = calloffer
	trunk_pstn = "PJSIP/%s@trunk"
	prompts = "/prompts"
}
account guests {
	caller_id = "+442079460100"
	region = GB
	providers = {pbx}
}
E
run $P trust export -s phone
is "a bridge's sealing key is exported" "$status" 0
printf '%s\n' "$out" >"$dir/phone.trust"
is "three lines" "$(cut -d' ' -f1 "$dir/phone.trust" | paste -sd' ')" \
    "calloffer-trust-1 url key"
like "to be compared" "$err" "$(cut -d' ' -f2 "$dir/phone/keys/seal.pub")"

# a key that is not in use: nobody could check or open what is made with it
unused() {	# PROGRAM OPTIONS FILE SENTENCE: FILE is of another pair
	mv "$3" "$3.mine"
	cp "$dir/other/${3##*/}" "$3"
	run $1 trust export $2 other
	like "the usual key is refused" "$status $out$err" "^65 .*$3: $4"
	run $1 trust export $2 -k "$3" other
	like "one that is named is exported" "$status $out" '^0 calloffer-tr'
	like "  with a warning" "$err" "$3: $4"
	mv -f "$3.mine" "$3"
	run $1 trust export $2 -k "$3" mine
	is "  and without, if it is in use" "$status $(printf '%s\n' "$err" |
	    grep -c '^calloffer')" "0 0"
}
mkdir "$dir/other"
"$B/calloffer" keygen -o -d "$dir/other" >/dev/null
unused "$P" -s "$dir/phone/keys/seal.pub" 'the bridge has no unsealing key'

# refusals before anything is written
for bad in 's/^url.*//' 's/trust-1/trust-2/' 's/phone$/..\/x/' \
    's/seal-1 ...../seal-1 /' '$s/$/\nmore/' 's/phone$/Phone/' \
    's/https/ht"tps/'; do
	sed "$bad" "$dir/phone.trust" >"$dir/bad.trust"
	run $M trust import "$dir/bad.trust"
	is "refused: $bad" "$status $(find "$dir/mail" -name '*.pub' -path \
	    '*trust*' | wc -l)" "65 0"
done
run $M trust import "$dir/phone.trust"
is "imported by the milter's people" "$status" 0
like "they are told what to set" "$out" 'base_url = "https://call.example.net"'
ok "the key is there" cmp "$dir/mail/trust/phone.pub" \
    "$dir/phone/keys/seal.pub"
run $M trust import "$dir/phone.trust"
like "never over another" "$status $err" '^73 .*is there already'

cat >"$dir/mail/milter.conf" <<E
socket = "unix:$dir/mail/sock"
base_url = "https://call.example.net"
sign_key = "$dir/mail/keys/sign.key"
seal_key = "$dir/mail/trust/phone.pub"
offerors = "$dir/mail/offerors.lmdb"
E
run "$B/calloffer-milter" -n -c "$dir/mail/milter.conf"
is "the milter takes it" "$status $err" "0 "
run $M trust export acme
is "a milter's signing key is exported" "$status" 0
printf '%s\n' "$out" >"$dir/acme.trust"
unused "$M" "" "$dir/mail/keys/sign.pub" 'the milter signs with another key'
for missing in "-a guests -f example.com" "-a guests -t +44*" \
    "-f example.com -t +44*"; do
	run $P trust import $missing "$dir/acme.trust"
	is "refused without a whole scope: $missing" "$status" 64
done
for wrong in '-a gu"ests' '-u 0' '-u 256' '-l 59s' '-l never' '-f a}b'; do
	run $P trust import -a guests -f example.com -t '+44*' $wrong \
	    "$dir/acme.trust"
	is "refused: $wrong" "$status" 64
done
is "nothing was written" "$(ls "$dir/phone/trust" 2>/dev/null | wc -l)" 0
run $P trust import -a guests -f example.com -f '*.example.com' -t '+44*' \
    -l 7d -u 2 "$dir/acme.trust"
is "imported by the bridge's people" "$status" 0
like "they are told what to add" "$out" 'include\("trust/acme.conf"\)'
echo 'include("trust/acme.conf")' >>"$dir/phone/bridge.conf"
run "$B/calloffer-bridge" -n -c "$dir/phone/bridge.conf"
is "the bridge takes it" "$status $err" "0 "
sign=$($M keys | awk '$1 == "sign" { print $2 }')
run "$B/calloffer-bridge" --facts -c "$dir/phone/bridge.conf"
like "and trusts that key" "$out" "^verify $sign live\$"
like "and says what the account rings" "$out" '^rings guests countries \+44\*$'

# when an unsealing key may go
run $P keys
like "an unsealing key of whose milters nothing is known here" "$out" \
    '8 days after the last milter'
run $P keys -s "$(date -u +%F)"
like "not yet" "$out" 'keep it until then'
run $P keys -s "$(date -u -d '8 days ago' +%F)"
like "a day too early" "$out" 'keep it until then'
run $P keys -s "$(date -u -d '9 days ago' +%F)"
like "the last offer has ended" "$(printf '%s' "$out" | tr -s '\n ' ' ')" \
    "has ended: take it .*shred -u $dir/phone/keys/unseal.key"
run $P keys -s 2026-02-30
is "no such day" "$status" 64
finish
