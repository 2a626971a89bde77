# A whole private installation in one folder, for the demo, tests and benches:
# keys, tables, milter, acceptd, bridge, a real Asterisk with telephones.  To
# be sourced from the project's root, with B naming the build.
#
#	. t/stack.sh
#	stack_start DIR			all but the mail server
#	stack_mint OFFEROR [VALUE]	prints a link (calloffer mint)
#	t/offeree.py --via $WEB ...	accepts it
#	stack_calls			the journal, one call a line
#	stack_stop
#
# Before stack_start: STACK_ACCOUNT, lines that go into the account of the
# bridge's configuration; STACK_ACCEPTD, lines of acceptd's; STACK_LINK=http,
# links that lead to acceptd itself.  After it: STACK (the folder), WEB
# (host:port of acceptd), LINK (base of the links), MILTER_SOCK, and what
# t/asterisk/lib.sh sets.  Daemons are children of the sourcing shell and end
# with it.
#
# Telephones: alice is the offeror's, bob the offeree's; phone_start them.

B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
. t/asterisk/lib.sh
ALICE=+442079460123
BOB=+442079460199
PROXY=+442079460100		# the account's own number
LINK=https://call.example.com

# Root gives its powers away even here.
if [ "$(id -u)" = 0 ]; then
	STACK_USER=nobody
else
	STACK_USER=$(id -un)
fi

stack_tool() { "$B/calloffer" -C "$STACK/etc" -S "$STACK/run/admin.sock" "$@"; }
stack_mint() {
	"$B/calloffer-milter" --mint -c "$STACK/etc/milter.conf" "$@"
}
stack_calls() { stack_tool calls --json "$@"; }

stack_own() {	# gives what the daemons must own to their user
	[ "$(id -u)" != 0 ] || chown "$STACK_USER" "$@"
}

stack_keys() {
	stack_tool keygen -o -d "$STACK/etc/keys" >"$STACK/keygen.out" &&
	cat >"$STACK/etc/offerors" <<-X &&
	alice@example.com	to=$ALICE name="Alice Example" account=sales
	    login=alice allow=+44*,sip:*@example.com
	ann@example.com	to=sip:ann@example.com name="Ann Example" account=sales
	    login=alice allow=+44*,sip:*@example.com
	@always.example	to=$ALICE name="Always Limited" account=sales
	    mode=always login=alice
	X
	stack_tool offerors "$STACK/etc/offerors" >/dev/null
}

stack_milter_conf() {
	cat >"$STACK/etc/milter.conf" <<-X
	socket = "unix:$MILTER_SOCK"
	socket_mode = 0666
	user = "$STACK_USER"
	base_url = "$LINK"
	sign_key = "$STACK/etc/keys/sign.key"
	seal_key = "$STACK/etc/keys/seal.pub"
	offerors = "$STACK/etc/offerors.lmdb"
	max_uses = 255
	X
}

stack_acceptd_conf() {
	cat >"$STACK/etc/acceptd.conf" <<-X
	listen = "$WEB"
	bridge = "unix:$STACK/run/face.sock"
	base_url = "$LINK"
	verify_keys = {"$STACK/etc/keys/sign.pub"}
	lang_dir = "$PWD/etc/lang"
	web_dir = "$PWD/etc/web"
	user = "$STACK_USER"
	${STACK_ACCEPTD:-}
	X
}

stack_bridge_conf() {
	cat >"$STACK/etc/bridge.conf" <<-X
	public = "$LINK"
	user = "$STACK_USER"
	journal = "$STACK/journal"
	unseal_keys = {"$STACK/etc/keys/unseal.key"}
	mac_key = "$STACK/etc/keys/mac.key"
	names = "$STACK/names"
	stop_file = "$STACK/etc/stop"
	${STACK_BRIDGE:-}
	face = "$STACK/run/face.sock"
	face_group = "$(id -gn "$STACK_USER")"
	face_users = {"$STACK_USER", "$(id -un)"}
	admin = "$STACK/run/admin.sock"
	admin_users = {"$(id -un)"}

	provider asterisk {
		kind = "asterisk"
		url = "$AST_URL"
		user = "$AST_USER"
		password_file = "$STACK/etc/asterisk.password"
		app = "$AST_APP"
		trunk_pstn = "$AST_TRUNK_PSTN"
		trunk_sip = "$AST_TRUNK_SIP"
		prompts = "$STACK_PROMPTS"
	}

	account sales {
		caller_id = "$PROXY"
		region = "GB"
		providers = {"asterisk"}
		sip_domains = {"example.com"}
		offeree_sip = yes
		${STACK_ACCOUNT:-confirm = 5s
		per_number_10min = 100
		per_number_day = 1000
		per_prefix_10min = 1000
		per_client_10min = 1000
		per_client_day = 10000
		per_offeror_day = 10000}
	}

	key example {
		file = "$STACK/etc/keys/sign.pub"
		accounts = {"sales"}
		from_domains = {"example.com", "always.example"}
		destinations = {"+44*", "sip:*@example.com"}
		max_uses = 255
	}
	X
}

stack_files() {
	MILTER_SOCK=$STACK/run/milter.sock
	STACK_PROMPTS=$B/prompts
	mkdir -p "$STACK/etc" "$STACK/run" "$STACK/journal" \
	    "$STACK/journal-keys" &&
	stack_own "$STACK/run" "$STACK/journal" "$STACK/journal-keys" &&
	( umask 077; printf %s "$AST_PASSWORD" >"$STACK/etc/asterisk.password" ) &&
	stack_keys && stack_milter_conf && stack_acceptd_conf &&
	stack_bridge_conf
}

stack_is_ready() { stack_tool check -q >"$STACK/check.out" 2>&1; }
stack_web_answers() {
	curl -s -o "$STACK/web.out" "http://$WEB/healthz"
}

# The three daemons; each can be stopped by `bed_kill NAME SIGNAL` and started
# again by itself.
milter_start() {
	bed_run milter "$B/calloffer-milter" -d -c "$STACK/etc/milter.conf"
	bed_wait 5 test -S "$MILTER_SOCK"
}
acceptd_start() {
	bed_run acceptd "$B/calloffer-acceptd" -d -c "$STACK/etc/acceptd.conf"
	bed_wait 5 stack_web_answers
}
bridge_start() {
	bed_run bridge "$B/calloffer-bridge" -d -c "$STACK/etc/bridge.conf"
	bed_wait 10 bridge_is_ready
}
bridge_is_ready() {
	[ -S "$STACK/run/admin.sock" ] &&
	    curl -s -u "$AST_USER:$AST_PASSWORD" \
		"$AST_URL/applications/$AST_APP" | grep -q '"name"'
}

stack_start() {	# DIR
	mkdir -p "$1"
	chmod 755 "$1"
	STACK=$(cd "$1" && pwd)
	bed_start "$STACK/bed" || return 1
	WEB=127.0.0.1:$("$T_ASTERISK/ports" 1)
	[ -z "${STACK_LINK:-}" ] || LINK=$STACK_LINK://$WEB
	stack_files || return 1
	bridge_start && milter_start && acceptd_start && return
	for _f in "$BED"/bridge.out "$BED"/milter.out "$BED"/acceptd.out; do
		sed "s|^|${_f##*/}: |" "$_f" >&2
	done
	return 1
}

stack_stop() {
	bed_kill acceptd TERM
	bed_kill milter TERM
	bed_kill bridge TERM
	bed_stop
}
