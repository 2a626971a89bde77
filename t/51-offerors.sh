#!/bin/sh
# calloffer offerors: every line checked, all faults told, complete or not at
# all, and the very table that Postfix's own tool would make.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C=$B/calloffer
export PATH="$PATH:/usr/sbin:/sbin"
cd "$dir" || exit 1
is "Postfix's tools are here" "$(command -v postmap >/dev/null && echo yes)" yes
mkdir postfix
printf 'compatibility_level = 3.6\n' >postfix/main.cf
pm() { postmap -c "$dir/postfix" "$@"; }

# Refusals: each file by itself, with what must be told.
n=0
while IFS='|' read -r want line; do
	n=$((n + 1))
	printf "$line" >"bad$n"
	rm -f "bad$n.lmdb"
	run "$C" offerors "bad$n"
	is "refused: $line" "$status $(ls | grep -c "bad$n\\..*")" "65 0"
	like "  and says where and why" "$err" "^bad$n:$want"
done <<'E2'
1: |alice@example.com\n
1: .*white space|  alice@example.com to=+442079460123\n
1: .*alice|alice to=+442079460123\n
1: |alice@example.com name=x\n
1: .*to|alice@example.com to=\n
1: .*to|alice@example.com to=0123\n
1: .*colour|alice@example.com to=+442079460123 colour=red\n
1: .*mode|alice@example.com to=+442079460123 mode=never\n
1: .*uses|alice@example.com to=+442079460123 uses=256\n
1: .*expires|alice@example.com to=+442079460123 expires=91d\n
1: .*no zone Europe/Berln|alice@example.com to=+442079460123 window="Mon 09:00-17:00 Europe/Berln"\n
2: .*line 1|a@example.com to=+442079460123\nA@EXAMPLE.com to=+442079460124\n
4: |# a\n\n# b\nalice@example.com to=+442079460123\n\tcolour=red\n
1: .*NUL|alice@example.com to=+442079460123\000\n
E2
{ printf 'a@example.com to=+442079460123 name="'; head -c 20000 /dev/zero |
    tr '\0' x; printf '"\n'; } >long
run "$C" offerors long
like "a line without end is refused" "$status $err" '^65 long:1: .*too long'

cat >many <<'E2'
a@example.com to=+442079460123
b@example.com
c@example.com to=+442079460123
d@example.com to=12
a@example.com to=+442079460124
E2
run "$C" offerors many
is "all faults are told at once" "$(printf '%s\n' "$err" |
    sed -n 's/^\(many:[0-9]*\): .*/\1/p' | paste -sd' ')" \
    "many:2 many:4 many:5"
like "and counted" "$err" "3 faults, nothing written"

# Templates are the milter's to know, where it is.
mkdir -p conf/templates
cat >milter.conf <<'E2'
base_url = "https://call.example.com"
sign_key = "/nowhere"
seal_key = "/nowhere"
offerors = "/nowhere"
E2
cp milter.conf conf/milter.conf
echo "templates = \"$dir/conf/templates\"" >>conf/milter.conf
: >conf/templates/sales.template
cat >styled <<'E2'
a@example.com to=+442079460123 template=sales
b@example.com to=+442079460123 template=default
c@example.com to=+442079460123 template=saels
E2
run "$C" -C conf offerors styled
is "a template that the milter does not know is refused" "$status
$err" "65
styled:3: template=: there is no saels.template in the folder of templates \
that milter.conf names
calloffer offerors: 1 fault, nothing written"
sed -i 3d styled
run "$C" -C conf offerors -n styled
is "others are taken, without table and keys" "$status$err" 0
run "$C" -C . offerors -n styled
like "no folder, no templates" "$status $err" '^65 styled:1: .*sales'
rm milter.conf
run "$C" -C . offerors -n styled
is "without a milter here nothing is said of them" "$status$err" 0

# A good one.
cat >good <<'E2'
# who may offer
Alice@Example.COM	to=+442079460123 name="Alice Doe"   

@example.org to=sip:desk@example.org
# in the middle
	mode=always
	# and here
	lang=de
"carol"@example.net to=+442079460125
E2
sed -i '/carol/d' good
run "$C" offerors -n good
is "-n only checks" "$status $out $(test -e good.lmdb || echo none)" \
    "0 good: 2 entries, no fault none"
run "$C" offerors good
is "compiled beside its text" "$status $out" "0 good.lmdb: 2 entries"
is "readable by all, and nothing left behind" \
    "$(stat -c %a good.lmdb) $(ls good* | paste -sd' ')" "644 good good.lmdb"

cp good theirs
pm lmdb:theirs
is "postmap -s sees the same as in its own" \
    "$(pm -s lmdb:good | sort)" "$(pm -s lmdb:theirs | sort)"
is "postmap -q finds an address" "$(pm -q alice@example.com lmdb:good)" \
    'to=+442079460123 name="Alice Doe"'
is "postmap -q finds a domain" "$(pm -q @example.org lmdb:good)" \
    "$(pm -q @example.org lmdb:theirs)"
is "and nothing else" "$(pm -q bob@example.com lmdb:good)" ""
# Byte for byte, with the NUL behind each key and value.
dump() { mdb_dump -n -p "$1.lmdb" | grep '^ '; }
like "keys and values end in NUL" "$(dump good | head -n 1)" '\\00$'
is "the records are postmap's own" "$(dump good)" "$(dump theirs)"

# Complete or not at all.
inode=$(stat -c %i good.lmdb)
before=$(sha256sum <good.lmdb)
echo 'x@example.com' >>good
run "$C" offerors good
is "a fault leaves the old table in force" \
    "$status $(stat -c %i good.lmdb) $(sha256sum <good.lmdb)" \
    "65 $inode $before"
sed -i '$d' good
run "$C" offerors good
is "a new table takes the place of the old" \
    "$status $(test "$(stat -c %i good.lmdb)" = "$inode" || echo new)" "0 new"

seq 20000 | sed 's/.*/user&@example.com to=+4420794&00000/
	s/\(to=+[0-9]\{12\}\)[0-9]*/\1/' >large
before=$(sha256sum <good.lmdb)
cp good.lmdb kept.lmdb
( ulimit -f 64; trap '' XFSZ; exec "$C" offerors large kept.lmdb ) \
    >/dev/null 2>err
is "no room: 73" $? 73
is "the old table stands, nothing is left behind" \
    "$(sha256sum <kept.lmdb) $(ls kept* | paste -sd' ')" "$before kept.lmdb"
run "$C" offerors large kept.lmdb
is "20,000 entries" "$status $out" "0 kept.lmdb: 20000 entries"
like "each is found" "$(pm -q user19999@example.com lmdb:kept)" '^to=\+44'

: >empty
run "$C" offerors empty
is "an empty table is a table" "$status $out" "0 empty.lmdb: 0 entries"
mkdir etc
cp good etc/offerors
run "$C" -C etc offerors
is "by default below the configuration" "$status $out" \
    "0 etc/offerors.lmdb: 2 entries"
run "$C" offerors good /nonexistent/x.lmdb
is "a place that is not there: 73" $status 73

# Names as recordings.
sox -D -n -r 8000 -b 16 -c 1 good.wav synth 1 sine 900 vol 0.5
sox -D -n -r 16000 -b 16 -c 1 fast.wav synth 1 sine 900
sox -D -n -r 8000 -b 16 -c 2 two.wav synth 1 sine 900
sox -D -n -r 8000 -b 8 -c 1 eight.wav synth 1 sine 900
sox -D -n -r 8000 -b 16 -c 1 long.wav synth 6.5 sine 900
sox -D -n -r 8000 -b 16 -c 1 short.wav synth 0.1 sine 900
head -c 4000 good.wav >cut.wav
echo RIFF >no.wav
while IFS='|' read -r file want; do
	echo "a@example.com to=+442079460123 name=A sound=$dir/$file" >sound
	run "$C" offerors -d . sound
	like "a recording is refused: $file" "$status $err" \
	    "^65 sound:1: sound=: $dir/$file: $want"
done <<'E2'
fast.wav|not 8000
two.wav|not one channel
eight.wav|not 16 bits
long.wav|not 0.2 to 6
short.wav|not 0.2 to 6
cut.wav|cut short
no.wav|no WAV
none.wav|No such file
E2
echo 'a@example.com to=+442079460123 sound=x.wav' >sound
run "$C" offerors -d . sound
like "so is a path that does not begin with /" "$err" "^sound:1: sound=: a rec"
mkdir names
cat >said <<E2
a@example.com to=+442079460123 name="Ann Doe"
b@example.com to=+442079460123 name="Ann Doe" sound=$dir/good.wav
c@example.com to=+442079460123 name="-v \$(id) [[x]]" lang=de
d@example.com to=+442079460123
E2
printf 'e@example.com to=+442079460123 name="\346\227\245" lang=ja\n' >>said
run "$C" offerors -n -d names said
is "checked only: nothing is made" "$status $(ls names | wc -l)" "0 0"
run "$C" offerors -d names -s none said
is "without a synthesiser: what the table names" \
    "$status $(cmp names/*.wav good.wav && ls names | wc -l)" "0 1"
run "$C" offerors -d names -s ./nothere said
like "one that is not here is told, and no fault" "$status $err" \
    '^0 calloffer offerors: ./nothere is not here'
run "$C" offerors -d names said
is "each name once, but signs that are not read" \
    "$status $err$(ls names | wc -l)" "0 2"
# The name of the file, as others count it; \$(id) stays what it is.
file=names/name-$(/usr/bin/python3 -c 'import hashlib; print(hashlib.blake2b(
    b"-v $(id) [[x]]", digest_size=32).hexdigest()[:32])').wav
is "rendered: 16 bits, mono, 8 kHz" "$(soxi -r "$file") $(soxi -c "$file") \
$(soxi -b "$file") $(stat -c %a "$file")" "8000 1 16 644"
peak=$(sox "$file" -n stat 2>&1 | sed -n 's/^Maximum amp.*: *//p')
is "loud, and for a while" "$(awk -v p="$peak" -v d="$(soxi -D "$file")" \
    'BEGIN { print (p > 0.5 && p < 0.9 && d > 0.5 && d < 6) }')" 1
touch -d 2020-01-01 "$file"
run "$C" offerors -d names said
is "what is there is left" "$(stat -c %y "$file" | cut -c 1-4)" 2020
run "$C" offerors -a -d names said
is "but for -a" "$(find "$file" -newermt 2021-01-01)" "$file"
cat >slow <<'E2'
#!/bin/sh
echo "$@" >>ran
exit 3
E2
chmod +x slow
run "$C" offerors -a -d names -s ./slow said
like "a synthesiser that fails is told" "$status $err" \
    '^73 calloffer offerors: "-v .*is not spoken: the synthesiser failed'
is "run with the name as one argument, and no shell" "$(sed \
    's/-w [^ ]*/-w FILE/' ran)" '-v de -w FILE -- -v $(id) [[x]]'
is "nothing is left behind" "$(ls -A names | wc -l)" 2
cd - >/dev/null || exit 1
run "$C" offerors -n etc/offerors
is "the sample has no fault" $status 0
sed -n 's/^#\([a-z@\t].*=\)/\1/p' etc/offerors >"$dir/sample"
run "$C" offerors -n "$dir/sample"
is "nor have its examples" "$status $out" "0 $dir/sample: 3 entries, no fault"
finish
