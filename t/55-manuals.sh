#!/bin/sh
# The manual pages: correct mdoc, and they know every setting, every command
# and every option that the programs know.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh

for m in etc/man/*.[1-8]; do
	run mandoc -T lint -W warning "$m"
	is "${m##*/}: mandoc has no complaint" "$status$out" 0
	is "  no line is too long on a terminal" "$(mandoc -T ascii -O width=78 \
	    "$m" | sed 's,.\x08,,g' | awk 'length > 80')" ""
	for ref in $(sed -n 's/^\.Xr \(calloffer[^ ]*\) \([1-8]\).*/\1.\2/p' \
	    "$m" | sort -u); do
		ok "  refers to $ref" test -e "etc/man/$ref"
	done
done

# Every key of a program's table is in its manual page and in its sample, and
# the manual has no other.
cat >"$dir/keys.py" <<'P'
import glob, re, sys
p = sys.argv[1]
text = ""
for f in sorted(glob.glob(p + "/settings.c") + glob.glob(p + "/contract/contract*.c")):
    text += open(f).read()
keys = set()
for m in re.finditer(
        r'\.name = "(\w+)"'                             # a row by names
        r'|\{ "(\w+)",\s*CONF_'                         # a row
        r'|^\t(?:KEY|SECONDS)\((\w+),'                  # by macros
        r'|^\t(?:STRING|LIST|COUNT|TIME|SECTION)\((?:\w+\([^)]*\),\s*)?"(\w+)"',
        text, re.M):
    keys.add(next(g for g in m.groups() if g))
for m in re.finditer(r'^\tSOCKET\(\w+, "(\w+)"', text, re.M):
    keys |= {m.group(1) + s for s in ("", "_group", "_mode", "_users")}
print("\n".join(sorted(keys)))
P
for p in milter acceptd bridge; do
	page=etc/man/calloffer-$p.conf.5
	where=$p
	[ $p != bridge ] || where=bridge-client
	keys=$(/usr/bin/python3 "$dir/keys.py" $where)
	told=$(sed -n 's/^\.It Ic //p; s/^\.Ss \([a-z]*\) NAME.*/\1/p' "$page" |
	    tr ' ,' '\n\n' | grep -E '^[a-z][a-z0-9_]+$' | sort -u)
	is "$p.conf(5) has every key, and no other" "$told" "$keys"
	for k in $keys; do
		ok "  $p.conf shows $k" grep -qE \
		    "^[#[:blank:]]*$k( =| [a-z]* *\{)" etc/$p.conf
	done
done

# Every option of a program's usage is explained in a list of its page.
for p in milter acceptd bridge; do
	mandoc -T ascii "etc/man/calloffer-$p.8" 2>&1 | sed 's/.\x08//g' >"$dir/page"
	like "calloffer-$p says how it is used" \
	    "$("$B/calloffer-$p" --nonsense 2>&1)" "^usage: calloffer-$p"
	for o in $("$B/calloffer-$p" --nonsense 2>&1 | sed 1d | tr '[] ' '\n' |
	    grep -e '^-' | sed -E '/^--/!{s/^-//;s/[a-zA-Z]/-&\n/g}' |
	    grep . | sort -u); do
		ok "  $o is in calloffer-$p(8)" grep -qE -e "^ {5,}$o( |\$|,)" \
		    "$dir/page"
	done
done
finish
