#!/bin/sh
# calloffer inspect: shows the public part of a token that another
# implementation made, and tells whether it is genuine.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C=$B/calloffer
export TZ=UTC LC_ALL=C

cat >"$dir/mint.py" <<'P'
import base64, hashlib, os, struct, sys, time
import nacl.bindings, nacl.public, nacl.signing
def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
def ident(raw):
    return hashlib.blake2b(raw, digest_size=32).digest()[:4]
d = sys.argv[1]
for who in "us", "them":
    sign = nacl.signing.SigningKey.generate()
    with open("%s/%s.pub" % (d, who), "w") as f:
        f.write("calloffer-verify-1 %s\n" % b64(bytes(sign.verify_key)))
    if who == "us":
        ours = sign
seal = nacl.public.PrivateKey.generate().public_key
sealed = nacl.public.SealedBox(seal).encrypt(bytes(80))
def make(name, not_after, uses=3):
    raw = bytes([1, uses]) + ident(bytes(ours.verify_key)) \
        + ident(bytes(seal)) + struct.pack(">Q", not_after)[3:] \
        + bytes.fromhex("018bcfe568007abc8def0123456789ab") \
        + bytes([len(name)]) + name + struct.pack(">H", len(sealed)) + sealed
    return raw + ours.sign(b"calloffer/offer/1\0" + raw).signature
good = make("Zoë Doe".encode(), 1700604800)
for what, raw in (("good", good), ("future", make(b"", 4102444800, 1)),
                  ("forged", good[:70] + bytes([good[70] ^ 1]) + good[71:])):
    with open("%s/%s" % (d, what), "w") as f:
        f.write(b64(raw))
with open(d + "/ids", "w") as f:
    f.write("%s %s" % (ident(bytes(ours.verify_key)).hex(),
                       ident(bytes(seal)).hex()))
P
/usr/bin/python3 "$dir/mint.py" "$dir" || exit 1
good=$(cat "$dir/good")
read -r sign seal <"$dir/ids"

run "$C" inspect ''
is "nothing is no token: 65" $status 65
for bad in x "$(printf '%.100s' "$good")" "${good}A" "$good=" "!$good"; do
	run "$C" inspect "$bad"
	is "no token: 65 ($(printf '%.20s' "$bad")..)" "$status$out" 65
done
run "$C" inspect -k "$dir/none.pub" "$good"
is "a key that is not there: 66" "$status$out" 66

run "$C" inspect "$good"
is "a token is shown" $status 0
for line in 'Offer +018bcfe5-6800-7abc-8def-0123456789ab' \
    "Offeror's name +Zoë Doe" 'Minted +Tue 14 Nov 2023 22:13:20 UTC' \
    'Good until +Tue 21 Nov 2023 22:13:20 UTC \(expired [0-9]+ days ago\)' \
    'Uses +3' "Signing key +$sign" "Sealing key +$seal" \
    'Sealed part +128 bytes; the bridge alone can read them' \
    'Signature +not checked: name public keys with -k'; do
	like "$(printf '%s' "$line" | cut -d'+' -f1)" "$out" "^$line\$"
done
first=$out
run "$C" inspect "https://call.example.com/o/$good"
is "a link is the same" "$out" "$first"
run "$C" inspect "https://call.example.com/o/$good?lang=de#x"
is "with what a mail program adds" "$out" "$first"
run "$C" inspect "$(cat "$dir/future")"
like "one without a name" "$out" "^Offeror's name +\\(none\\)"
like "how long it is still good" "$out" '\([0-9]+ days from now\)'

run "$C" inspect -k "$dir/us.pub" "$good"
like "the signature holds: 0" "$status $(echo "$out" | tail -n 1)" \
    '^0 Signature +holds$'
run "$C" inspect -k "$dir/them.pub" "$good"
like "another's key: 1" "$status $(echo "$out" | tail -n 1)" \
    '^1 Signature +cannot be checked'
run "$C" inspect -k "$dir/them.pub" -k "$dir/us.pub" "$good"
is "one of several keys: 0" $status 0
run "$C" inspect -k "$dir/us.pub" "$(cat "$dir/forged")"
like "a changed bit: 1" "$status $(echo "$out" | tail -n 1)" \
    '^1 Signature +DOES NOT HOLD'
is "nothing within 80 columns is cut" \
    "$(printf '%s\n' "$first" | awk 'length > 80')" ""
finish
