#!/bin/sh
# The manual pages: correct mdoc, and they know every setting, every command
# and every option that the programs know.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh

for m in etc/man/*.[1-8]; do
	run mandoc -T lint -W warning "$m"
	is "${m##*/}: mandoc has no complaint" "$status$out" 0
	is "  no line is too long on a terminal" "$(mandoc -T utf8 -O width=78 \
	    "$m" | col -b | awk 'length > 80')" ""
	for ref in $(sed -n 's/^\.Xr \(calloffer[^ ]*\) \([1-8]\).*/\1.\2/p' \
	    "$m" | sort -u); do
		ok "  refers to $ref" test -e "etc/man/$ref"
	done
done

# A program prints each of its keys: in the manual, and in the sample.
for p in milter acceptd bridge; do
	keys=$(sed -n 's/^[^"]*{ *"\([a-z][a-z0-9_]*\)", *CONF_.*/\1/p' \
	    $(grep -lE '\bCONF_(STRING|BOOL|INT|DURATION)' \
	    $p*/*.c) | sort -u)
	is "$p: its table of keys is found" \
	    "$(test -n "$keys" && echo yes)" yes
	for k in $keys; do
		ok "  $k is in calloffer-$p.conf(5)" grep -qE \
		    "^\.It (Ic|Cm|Va|Ar|Li|Sy)? ?$k( |\$)" \
		    etc/man/calloffer-$p.conf.5
		ok "  and in $p.conf" grep -qE "^[#[:blank:]]*$k\b" etc/$p.conf
	done
done
finish
