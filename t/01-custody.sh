#!/bin/sh
# Key custody, from the programs as linked: only the milter can sign and seal,
# only the bridge can unseal, acceptd can do neither and links no store and no
# client; the administrator's tool makes keys and can use none.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
n=0
bad=0

is() {	# is WHAT GOT WANT
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '#   got:  %s\n#   want: %s\n' "$2" "$3" >&2
		bad=1
	fi
}

# The programs that import a function, and the sources that name it.
imports() {
	for p in calloffer-milter calloffer-acceptd calloffer-bridge calloffer
	do
		[ -x "$B/$p" ] || echo "$p is not built"
		nm -D --undefined-only "$B/$p" |
		    awk -v p="$p" -v f="$1" '{ sub(/@.*/, "", $2) }
			$2 ~ "^" f "$" { print p; exit }'
	done | paste -sd' '
}
names() {
	grep -lE "\\b$1\\(" lib/*.c milter/*.c acceptd/*.c admin/*.c \
	    $(find bridge-client -name '*.c*') | sort | paste -sd' '
}

is "signing: linked into the milter only" \
    "$(imports 'crypto_sign(_ed25519)?(_detached)?')" calloffer-milter
is "signing: named in milter/mint.c only" \
    "$(names 'crypto_sign(_ed25519)?(_detached)?')" milter/mint.c
is "sealing: linked into the milter only" \
    "$(imports 'crypto_box_seal')" calloffer-milter
is "sealing: named in milter/mint.c only" \
    "$(names crypto_box_seal)" milter/mint.c
is "unsealing: linked into the bridge only" \
    "$(imports 'crypto_box_(seal_open|open.*|beforenm)')" calloffer-bridge
is "unsealing: named in bridge-client/guard/unseal.c only" \
    "$(names 'crypto_box_(seal_open|open[a-z_]*|beforenm)')" \
    bridge-client/guard/unseal.c
is "verifying: milter never, acceptd and bridge, the tool to inspect" \
    "$(imports 'crypto_sign.*verify.*')" \
    "calloffer-acceptd calloffer-bridge calloffer"

needed() {
	objdump -p "$B/$1" | awk '$1 == "NEEDED" { print $2 }' |
	    sed 's/\.so.*//' | grep -vE '^(libc|libm|ld-linux.*|libgcc_s|libstdc\+\+)$' |
	    sort | paste -sd' '
}
is "acceptd links no store and no client" "$(needed calloffer-acceptd)" \
    "libconfuse libmicrohttpd libsodium"
is "the milter links no client" "$(needed calloffer-milter)" \
    "libconfuse liblmdb libmilter libsodium"
is "the tool links no client" "$(needed calloffer)" \
    "libjansson liblmdb libsodium"
is "the bridge's own" "$(needed calloffer-bridge)" \
    "libconfuse libcrypto libcurl libjansson liblmdb libphonenumber libsodium"

is "no program but the bridge can start another" \
    "$(imports '(exec(l|lp|le|v|vp|ve|vpe)|posix_spawnp?|system|popen|fork)')" \
    calloffer

# Not beside the sanitizers, who stand there themselves.
if ! nm "$B/calloffer-milter" | grep -q __asan_init; then
	is "libmilter's calls are milter/wire's" "$(nm -D --defined-only \
	    "$B/calloffer-milter" | awk '{ print $3 }' | grep -xE \
	    'accept|poll|read|writev|close' | sort | paste -sd' ')" \
	    "accept close poll read writev"
fi

echo "1..$n"
exit $bad
