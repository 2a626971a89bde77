#!/bin/sh
# Every fuzz target runs once over its corpus, under the sanitizers, together
# with a few mutilations of each file.
cd "$(dirname "$0")/.." || exit 1
S=${SAN_BUILD:-build/san}
n=0
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

for src in t/fuzz/*.c; do
	name=$(basename "$src" .c)
	[ "$name" != replay ] || continue
	n=$((n + 1))
	if [ ! -d "t/fuzz/corpus/$name" ]; then
		echo "not ok $n - $name has a corpus"
		bad=1
		continue
	fi
	rm -rf "$dir/cut"
	mkdir "$dir/cut"
	i=0
	for f in t/fuzz/corpus/"$name"/*; do
		i=$((i + 1))
		size=$(wc -c <"$f")
		head -c $((size / 2)) "$f" >"$dir/cut/$i-half"
		tail -c $((size / 2)) "$f" >"$dir/cut/$i-tail"
		tr 'a-m' '\200-\214' <"$f" >"$dir/cut/$i-high"
		cat "$f" "$f" >"$dir/cut/$i-twice"
	done
	: >"$dir/cut/empty"
	if out=$("$S/t/fuzz/$name" "t/fuzz/corpus/$name" "$dir/cut" 2>&1); then
		echo "ok $n - $name: $(echo "$out" | tail -n 1) inputs"
	else
		echo "not ok $n - $name"
		echo "$out" | tail -n 30 | sed 's/^/#   /'
		bad=1
	fi
done
echo "1..$n"
exit $bad
