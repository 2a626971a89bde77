#!/bin/sh
# A real Postfix in front of the milter as shipped: SMTP AUTH, a Unix socket,
# and whatever leaves caught at a server behind it.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
. t/postfix.sh
D=$dir
trap 'postfix_stop; tap_clean' EXIT

user=$(id -un)
[ "$user" != root ] || user=nobody
mkdir -p "$D/keys" "$D/run"
"$B/calloffer" keygen -o -d "$D/keys" >/dev/null
[ "$user" != nobody ] || chown nobody "$D/run"
cat >"$D/offerors" <<X
alice@example.com	to=+442079460123 name="Alice Example" login=alice
boss@example.com	to=+442079460124 login=boss
@always.example		to=+442079460125 mode=always login=alice
X
"$B/calloffer" offerors "$D/offerors" >/dev/null
conf() {	# [LINE...]
	cat >"$D/milter.conf" <<-X
	socket = "unix:$D/run/milter.sock"
	socket_mode = 0666
	user = "$user"
	base_url = "https://call.example.com"
	sign_key = "$D/keys/sign.key"
	seal_key = "$D/keys/seal.pub"
	offerors = "$D/offerors.lmdb"
	X
	printf '%s\n' "$@" >>"$D/milter.conf"
}
conf

milter() {
	"$B/calloffer-milter" -c "$D/milter.conf" 2>>"$D/milter.log" &
	milter=$!
	mine "$milter"
}
# until COMMAND...: waits for it to hold, ten seconds at most.
until_() {
	_i=0
	while ! "$@" >/dev/null 2>&1; do
		_i=$((_i + 1))
		[ $_i -lt 100 ] || return 1
		sleep 0.1
	done
}
said() { grep -qE -e "$1" "$D/milter.log"; }

milter
ok "the milter starts" until_ said 'started: .* offerors=3'
POSTFIX_IN_MILTER=unix:$D/run/milter.sock
if ! postfix_start "$D/postfix" "unix:$D/run/milter.sock"; then
	echo "Bail out! Postfix does not start"
	exit 1
fi
ok "Postfix $(postfix_version) starts" postfix_log

# mail FROM [HEADER...]: a message in both forms, from standard output.
mail() {
	printf 'From: %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@"
	cat <<-X
	To: Bob <bob@example.net>
	Subject: Invoice
	Message-ID: <$$.$tap_n@example.com>
	MIME-Version: 1.0
	Content-Type: multipart/alternative; boundary="b"

	--b
	Content-Type: text/plain; charset=utf-8
	Content-Transfer-Encoding: 8bit

	Grüße, here it is.

	-- 
	Alice
	--b
	Content-Type: text/html; charset=utf-8
	Content-Transfer-Encoding: quoted-printable

	<html><body><p>Gr=C3=BC=C3=9Fe, here it is.</p></body></html>
	--b--
	X
}
# submit SENDER [TO...] < MESSAGE: by SMTP AUTH.
submit() {
	t/mail.py send "$SUBMIT" "$POSTFIX_LOGIN" "$POSTFIX_PASSWORD" \
	    "$1" "${2:-bob@example.net}"
}
# incoming < MESSAGE: handed in without a login.
incoming() {
	python3 -c 'import smtplib, sys
host, port = sys.argv[1].rsplit(":", 1)
with smtplib.SMTP(host, int(port), timeout=30) as s:
	s.sendmail("x@example.org", ["bob@example.net"],
	    sys.stdin.buffer.read())' "$SMTP_IN"
}
n=0
# The sink has taken so many, and has written the last of them whole.
sent() {
	postfix_delivered "$1" &&
	    [ "$(postfix_log | grep -c 'status=sent')" -ge "$1" ]
}
# arrives WHAT: the next mail, in $D/got.
arrives() {
	n=$((n + 1))
	ok "$1" until_ sent "$n"
	postfix_mail "$n" >"$D/got"
}
has() { grep -cE -e "$1" "$D/got"; }

# What goes wrong, first.
run submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: yes; colour=blue")
X
like "a malformed header is refused, and it says why" "$err" \
    '^550 5\.6\.0 X-Call-Offer: the parameter colour is unknown'
run submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: yes" "X-Call-Offer: no")
X
like "two headers are refused" "$err" '^550 5\.6\.0 .*twice'
run submit boss@example.com <<X
$(mail boss@example.com "X-Call-Offer: yes")
X
like "another's address is refused" "$err" '^550 5\.7\.1 .*your login'
run submit alice@example.com <<X
$(mail "carol@example.com" "X-Call-Offer: yes")
X
like "who is not in the table is refused" "$err" '^550 5\.7\.1 .*postmaster'
run submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: +14155550100")
X
like "a destination that is not allowed is refused" "$err" '^550 5\.7\.1'
run submit alice@example.com <<X
From: alice@example.com
X-Call-Offer: yes
Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"

--s

hello
--s--
X
like "signed mail is refused where a button was asked for" "$err" \
    '^550 5\.7\.1 .*signed'
ok "the log names the reason" said ': offer=refused reason=signed '

ok "mail without a login is taken" incoming <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: yes" "x-call-offer: (")
X
arrives "  and arrives"
is "  the header is gone" "$(grep -ic x-call-offer "$D/got")" 0
is "  and there is no button" "$(has call.example.com)" 0

ok "mail without the header is taken" submit alice@example.com <<X
$(mail "Alice <alice@example.com>")
X
arrives "  and arrives"
is "  without a button" "$(has call.example.com)" 0

# What is right.
ok "an offer is taken" submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: yes; expires=2d")
X
arrives "  and arrives"
cp "$D/got" "$D/offer"
is "  the header is gone" "$(grep -ic x-call-offer "$D/got")" 0
ok "  one link in both texts" t/mail.py link "$D/got"
link=$(t/mail.py link "$D/got")
like "  to the token" "$link" '^https://call\.example\.com/o/[A-Za-z0-9_-]{200,}$'
ok "  it can be read" "$B/calloffer" inspect -k "$D/keys/sign.pub" "$link"
like "  the text stands above the signature" \
    "$(grep -A6 'here it is\.$' "$D/got")" '^-- $'
like "  the HTML holds a button" "$(t/mail.py html "$D/got")" \
    '<a href="https://call.example.com/o/[^"]*"'
is "  no long line" "$(awk 'length > 998' "$D/got" | wc -l)" 0
id=$(sed -n 's/^.*Received: .*//; s/^.*ESMTPA id \([0-9A-Za-z]*\).*/\1/p' \
    "$D/got" | head -n 1)
ok "the log begins with Postfix's queue id, $id" \
    said "[ :]$id: offer=inserted offer_id=.* parts=plain,html "
is "the token is not in the log" "$(grep -cF "${link##*/}" "$D/milter.log")" 0

ok "always: without a header" submit x@always.example <<X
$(mail "x@always.example")
X
arrives "  arrives"
ok "  with a button" t/mail.py link "$D/got"
ok "always, but signed" submit x@always.example <<X
From: x@always.example
Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"

--s

hello
--s--
X
arrives "  arrives"
is "  as it was" "$(sed '1,/^$/d' "$D/got")" "--s

hello
--s--"

# An attachment of three megabytes passes as it is.
{
	printf 'From: alice@example.com\nX-Call-Offer: yes\n'
	printf 'Content-Type: multipart/mixed; boundary=m\n\n--m\n'
	printf 'Content-Type: text/plain\n\nhello\n--m\n'
	printf 'Content-Type: application/octet-stream; name=x\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	head -c 3000000 /dev/urandom | base64
	printf -- '--m--\n'
} >"$D/large"
ok "a large one" submit alice@example.com <"$D/large"
arrives "  arrives"
is "  with a link" "$(has '^https://call.example.com/o/')" 1
is "  and its attachment whole" \
    "$(sed '1,/base64$/d; s/\r$//; /^$/d' "$D/got" | cksum)" \
    "$(sed '1,/base64$/d; /^$/d' "$D/large" | cksum)"

# A new table is seen without a signal, a faulty one is not taken.
echo 'dora@example.com to=+442079460126 login=alice' >>"$D/offerors"
"$B/calloffer" offerors "$D/offerors" >/dev/null
ok "a new table is seen" until_ said 'offerors\.lmdb: offerors=4'
ok "who is new in it may offer" submit dora@example.com <<X
$(mail dora@example.com "X-Call-Offer: yes")
X
arrives "  arrives"
ok "  with a button" t/mail.py link "$D/got"

conf 'colour = blue'
kill -HUP "$milter"
ok "a faulty configuration is not taken" until_ said 'reload refused.*colour'
conf 'refuse_unfit = no'
kill -HUP "$milter"
ok "a good one is" until_ said 'reloaded .*milter.conf'
ok "and is in force" submit alice@example.com <<X
From: alice@example.com
X-Call-Offer: yes
Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"

--s

hello
--s--
X
arrives "  what cannot carry a button arrives"
is "  without the header" "$(grep -ic x-call-offer "$D/got")" 0

run "$B/calloffer-milter" -c "$D/milter.conf"
like "no second milter takes the socket" "$status $err" \
    '^71 .*another program listens'

# The milter is gone: mail passes, the header does not.
kill -TERM "$milter"
wait "$milter"
is "SIGTERM ends it well" "$?" 0
ok "mail is taken without it" submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: +442079460123")
X
arrives "  and arrives"
is "  the header is gone all the same" "$(grep -ic x-call-offer "$D/got")" 0
is "  and there is no button" "$(has call.example.com)" 0

milter
ok "it starts again over its old socket" until_ test -S "$D/run/milter.sock"
until_ sh -c "[ \$(grep -c started: '$D/milter.log') = 2 ]"
ok "and works" submit alice@example.com <<X
$(mail "Alice <alice@example.com>" "X-Call-Offer: yes")
X
arrives "  again"
ok "  with a button" t/mail.py link "$D/got"
is "nothing was warned of but what was faulty" \
    "$(grep warning: "$D/milter.log" | grep -vc 'reload refused')" 0
finish
