#!/bin/sh
# make install: everything in its place, nothing of the sysadmin's touched,
# the same again when done twice, and gone again by uninstall.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
D=$dir/root
unset MAKEFLAGS MFLAGS MAKELEVEL
install() { make -s B="$B" DESTDIR="$D" "$@"; }
files() { (cd "$D" && find . -type f | sort | cut -c2-); }

run install install
is "make install" "$status$err" 0
all=$(files)
for f in bin/calloffer sbin/calloffer-milter sbin/calloffer-acceptd \
    sbin/calloffer-bridge lib/systemd/system/calloffer-milter.service \
    lib/systemd/system/calloffer-acceptd.service \
    lib/systemd/system/calloffer-bridge.service \
    lib/systemd/system/calloffer-acceptd.socket \
    lib/sysusers.d/calloffer.conf lib/tmpfiles.d/calloffer.conf \
    share/doc/calloffer/README share/doc/calloffer/LICENSE \
    share/calloffer/examples/offerors \
    share/calloffer/examples/milter.conf \
    share/calloffer/examples/acceptd.conf \
    share/calloffer/examples/bridge.conf \
    share/calloffer/examples/postfix/tmpfiles.conf \
    share/calloffer/web/style.css; do
	like "$f" "$all" "^/usr/local/$f\$"
done
for f in offerors milter.conf acceptd.conf bridge.conf; do
	like "/etc/calloffer/$f" "$all" "^/etc/calloffer/$f\$"
done
for m in etc/man/*.[1-8]; do
	m=${m##*/}
	like "manual $m" "$all" "^/usr/local/share/man/man${m##*.}/$m\$"
done
like "prompts" "$all" '^/usr/local/share/calloffer/prompts/'
for f in $(cd etc/lang && find . -type f | cut -c3-); do
	like "lang/$f" "$all" "^/usr/local/share/calloffer/lang/$f\$"
done
is "nothing but below these" "$(printf '%s\n' "$all" |
    grep -vE '^/(etc/calloffer|usr/local/(s?bin|lib|share))/')" ""
is "no mark of the build is left in a file" \
    "$(grep -rlE "@[A-Z]+@|$dir" "$D" --include='*' | head -n 3)" ""
is "nobody but the owner can write" "$(find "$D" -perm /022 ! -type l)" ""
is "programs can be run, the rest cannot" "$(find "$D" -type f -perm /111 |
    sed "s,^$D,," | sort | paste -sd' ')" "/usr/local/bin/calloffer \
/usr/local/sbin/calloffer-acceptd /usr/local/sbin/calloffer-bridge \
/usr/local/sbin/calloffer-milter"
run "$D/usr/local/bin/calloffer" mint --nonsense
is "the tool finds the programs in ../sbin" \
    "$(printf '%s' "$err" | grep -c 'not installed')" 0

# Units: understood by systemd, and closed.
for u in "$D"/usr/local/lib/systemd/system/*.service; do
	name=$(basename "$u" .service)
	sed -e "s,/usr/local/sbin,$D&," -e '/^Documentation/d' "$u" \
	    >"$dir/$name.service"
	ok "$name.service is understood" systemd-analyze verify \
	    "$dir/$name.service"
	ok "  and well closed" systemd-analyze security --offline=yes \
	    --threshold=25 "$dir/$name.service"
done

# Again, after the sysadmin has been here.
echo '# mine' >>"$D/etc/calloffer/offerors"
rm "$D/usr/local/share/calloffer/examples/offerors"
before=$(cd "$D" && find . -type f ! -path './usr/local/share/calloffer/*' \
    -exec sha256sum {} + | sort)
run install install
is "a second run" "$status$err" 0
is "makes the same files" "$(files)" "$all"
is "and changes no configuration" "$(cd "$D" && find . -type f \
    ! -path './usr/local/share/calloffer/*' -exec sha256sum {} + |
    sort)" "$before"

run install uninstall
is "make uninstall" "$status$err" 0
is "leaves the configuration alone" "$(files | grep -v ^/etc/calloffer/)" ""
like "where the sysadmin's words are" "$(cat "$D/etc/calloffer/offerors")" \
    '# mine'
finish
