#!/bin/sh
# calloffer keygen: what it makes is what the format says, closed as it should
# be, and never in place of what was there.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C=$B/calloffer
K=$dir/keys

run "$C" keygen -o -d "$dir/none/keys"
is "a directory that cannot be made: 73" $status 73
like "and it says which" "$err" "$dir/none/keys"
run "$C" keygen -o -d "$K" sign nonsense
is "an unknown kind is refused: 64" $status 64
is "and nothing was made" "$(ls "$dir" | paste -sd' ')" ""

umask 077
run "$C" keygen -o -d "$K"
is "all keys are made" "$status" 0
umask 022
is "by these names" "$(ls "$K" | paste -sd' ')" \
    "mac.key seal.pub sign.key sign.pub unseal.key"
is "secrets for their owner alone, public keys for all" \
    "$(cd "$K" && stat -c '%a %n' -- * | paste -sd' ')" \
    "400 mac.key 444 seal.pub 400 sign.key 444 sign.pub 400 unseal.key"
is "the directory is open to all, whatever the umask" \
    "$(stat -c %a "$K")" 755
is "with -o they stay with who ran it" \
    "$(stat -c %u "$K"/* | sort -u)" "$(id -u)"

cat >"$dir/hold.py" <<'P'
import base64, hashlib, sys
import nacl.bindings, nacl.signing, nacl.public
d, said = sys.argv[1], sys.argv[2]
def key(name, kind):
    text = open(d + "/" + name).read()
    head, line = "calloffer-%s-1 " % kind, text.split("\n")
    assert text.startswith(head) and len(line) == 2 and line[1] == "", name
    raw = base64.urlsafe_b64decode(line[0][len(head):] + "=")
    assert len(raw) == 32, name
    assert base64.urlsafe_b64encode(raw).rstrip(b"=").decode() \
        == line[0][len(head):], name
    return raw
def ident(raw):
    return hashlib.blake2b(raw, digest_size=32).hexdigest()[:8]
public = bytes(nacl.signing.SigningKey(key("sign.key", "sign")).verify_key)
assert public == key("sign.pub", "verify"), "sign.pub is not sign.key's"
sealing = nacl.bindings.crypto_scalarmult_base(key("unseal.key", "unseal"))
assert sealing == key("seal.pub", "seal"), "seal.pub is not unseal.key's"
assert len(set([public, sealing, key("mac.key", "mac"),
                key("sign.key", "sign"), key("unseal.key", "unseal")])) == 5
for raw in (public, sealing):
    assert " " + ident(raw) in said, "the id is not told"
P
ok "another implementation derives the same public keys and ids" \
    /usr/bin/python3 "$dir/hold.py" "$K" "$out"
like "no secret is told" "$(for f in sign unseal mac; do
	printf '%s' "$out" | grep -cF "$(cut -d' ' -f2 "$K/$f.key")"; done |
	sort -u)" '^0$'

before=$(cat "$K"/* | sha256sum)
run "$C" keygen -o -d "$K"
is "a second run is refused: 73" $status 73
like "and says which file is there" "$err" "$K/sign.key: is there already"
is "and nothing changed" "$(cat "$K"/* | sha256sum)" "$before"
rm "$K/mac.key"
run "$C" keygen -o -d "$K"
is "one file that is there is enough to refuse" $status 73
is "and none is made" "$(ls "$K" | paste -sd' ')" \
    "seal.pub sign.key sign.pub unseal.key"
run "$C" keygen -o -d "$K" mac
is "but one kind alone can be made" "$status $(ls "$K" | wc -l)" "0 5"
mkdir "$dir/link"
ln -s "$dir/elsewhere" "$dir/link/mac.key"
run "$C" keygen -o -d "$dir/link" mac
is "a link that leads nowhere is not followed" \
    "$status $(test -e "$dir/elsewhere" || echo none)" "73 none"

if [ "$(id -u)" = 0 ] && ! getent passwd calloffer-milter >/dev/null; then
	run "$C" keygen -d "$dir/root" sign
	like "where its user is missing a key stays root's, and that is told" \
	    "$status $(echo "$out" | grep owner)" \
	    '^0 .*owner root'
elif [ "$(id -u)" = 0 ]; then
	run "$C" keygen -d "$dir/root" sign
	is "root gives a secret to its user" \
	    "$(stat -c %U "$dir/root/sign.key")" calloffer-milter
fi
finish
