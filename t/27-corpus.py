#!/usr/bin/python3
"""No message is damaged: what the milter makes of all kinds of mail, seen by
readers that know nothing of it (t/mailcheck.py), and held against what ought
to become of it.

  - each hazard of t/data/hazard-mail, labelled by hand in EXPECTED;
  - what t/mailgen.py makes: each with its own expected outcome;
  - a corpus of other people's mail, where one lies in ../shared/corpus: held
    against the judgement of t/mailjudge.py.

Every message goes through `calloffer-milter --rewrite`: the very code that
libmilter's callbacks run.  Each row of the table of hazards has its line in
t/data/hazards, and its test here or in the file that is named there.

	VERBOSE=1 t/27-corpus.py		an outcome for each message
	FIRST=1 t/27-corpus.py			ends where something is wrong
	t/27-corpus.py FILE...			these messages alone
"""
import atexit
import copy
import glob
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailcheck  # noqa: E402
import mailgen  # noqa: E402
import mailjudge  # noqa: E402
from mailtexts import HERE  # noqa: E402
from tap import check, finish, note  # noqa: E402

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
B = os.environ.get("B", "build")
VERBOSE = os.environ.get("VERBOSE")
CORPUS = "../shared/corpus"
ICON = os.path.abspath("etc/templates/telephone.png")
with open(ICON, "rb") as picture:
    PICTURE = picture.read()
ROWS = range(1, 47)

# A skip that the table of hazards asks for, and where.
HAZARDS = {
    "signed": "1, 2", "encrypted": "2", "pgp": "3", "dkim": "4",
    "report": "5", "message": "6", "calendar": "7", "encoding": "15, 19",
    "charset": "17", "ambiguous": "8, 19", "boundary": "23", "limit": "24",
    "resent": "30", "auto-submitted": "30", "list": "30", "html": "36",
    "no-text": "39, 40, 42", "size": "43",
}
# The second spools nearly all.
SITES = {
    "shipped": "",
    "open": "offer_to_lists = yes\noffer_in_dkim_signed = yes\n"
            "spool_threshold = 4096\nspool_dir = \"WORK\"\n"
            "icon = \"ICON\"\n",
    "icon": "icon = \"ICON\"\n",
    "small": "max_depth = 3\nmax_parts = 10\nmax_body = 32K\nmax_text = 8K\n",
}
NAME = "Alice D\u00f6e"
MARKUP = "</div><script>alert(1)</script>&amp; \"'"
OFFERORS = """\
alice@example.com to=+442079460123 name="Alice D\u00f6e"
eve@example.com to=+442079460123 name="</div><script>alert(1)</script>&amp; \
\\"'"
"""


class Outcome:
    def __init__(self, name):
        self.name, self.bad, self.rows = name, [], ()
        self.word = "failed"		# inserted, or the reason
        self.parts, self.url = "", None
        self.is_partial = False		# Outlook will not show it
        self.icon = None		# joined, wrapped


def setup(work):
    tool = B + "/calloffer"
    subprocess.run([tool, "keygen", "-o", "-d", work + "/keys"], check=True,
                   stdout=subprocess.DEVNULL)
    with open(work + "/offerors", "w", encoding="utf-8") as f:
        f.write(OFFERORS)
    subprocess.run([tool, "offerors", work + "/offerors"], check=True,
                   stdout=subprocess.DEVNULL)
    for name, more in SITES.items():
        with open("%s/%s.conf" % (work, name), "w", encoding="utf-8") as f:
            f.write('base_url = "https://call.example.com"\n'
                    'sign_key = "%s/keys/sign.key"\n'
                    'seal_key = "%s/keys/seal.pub"\n'
                    'offerors = "%s/offerors.lmdb"\n'
                    'refuse_unfit = no\n%s' % (
                        work, work, work, more.replace("WORK", work)
                        .replace("ICON", ICON)))


def rewrite(data, site, work):
    """What comes out; the word of the log: inserted, or a reason; what is
    wrong; and all that was said."""
    r = subprocess.run([B + "/calloffer-milter", "--rewrite", "-c",
                        "%s/%s.conf" % (work, site), "-r", "bob@example.net"],
                       input=data, capture_output=True)
    said = r.stderr.decode("utf-8", "replace")
    m = re.search(r"offer=(\S+)(?: reason=(\S+))?", said)
    word = "none" if m is None else \
        "inserted" if m.group(1) == "inserted" else m.group(2)
    if r.returncode == 77 and m and m.group(1) == "refused":
        return None, "refused" if word == "header" else "refused " + word, \
            [], said
    if r.returncode != 0:
        return None, "failed", ["exit status %d: %s" % (r.returncode, said)], \
            said
    return r.stdout, word, [], said


def pass_through(name, data, site, work):
    """One message through the milter and under the eyes of the checker."""
    o = Outcome(name)
    out, o.word, o.bad, said = rewrite(data, site, work)
    o.is_partial = " partial=tnef " in said
    if out is None:
        return o, None
    seen = mailcheck.look(data, out, PICTURE if "icon" in SITES[site]
                         else None)
    o.icon = seen.icon
    o.bad += seen.bad
    if (o.word == "inserted") != bool(seen.edits):
        o.bad.append("told %s, and %d texts changed" % (o.word,
                                                       len(seen.edits)))
    o.parts = ",".join(e.kind for e in seen.edits)
    o.url = seen.edits[0].url if seen.edits else None
    if seen.edits:
        again, word, _, _ = rewrite(out, site, work)
        if again != out or word != "none":
            o.bad.append("a second pass changes it")
    return o, seen


# The generated ones.

def squeeze(words):
    return re.sub(r"[\s\ufeff]+", "", words)


def where(edit):
    """Its words, with HERE where the block is; white space does not count."""
    return squeeze(edit.words[:edit.at] + HERE + edit.words[edit.at:])


def run_case(args):
    case, work = args
    o, seen = pass_through(case.name, case.data, case.site, work)
    o.rows = case.rows
    if o.word != (case.reason or "inserted"):
        o.bad.append("%s, expected %s" % (o.word, case.reason or "inserted"))
    if case.reason is not None or seen is None:
        return o
    if o.is_partial != (12 in case.rows):
        o.bad.append("said to be %spartial" % ("" if o.is_partial else
                                                "not "))
    want = {i: w for i, w in enumerate(case.leaves) if w is not None}
    if sorted(want) != [e.leaf for e in seen.edits]:
        o.bad.append("changed are %s, expected %s" % (
            [e.leaf for e in seen.edits], sorted(want)))
    for e in seen.edits:
        got, w = where(e), squeeze(want.get(e.leaf, ""))
        if e.leaf in want and got != w:
            at = got.index(HERE)
            o.bad.append("part %d: the button stands in %r" % (
                e.leaf, got[max(0, at - 30):at + 30]))
    name = MARKUP if b"eve@" in case.data[:200] else NAME
    for e in seen.edits:
        if e.kind == "html" and name not in "".join(
                mailcheck.fragment(e.block).itertext()):
            o.bad.append("the name is not shown as it is")
    return o


def with_icon(case):
    """The same where an administrator has asked for a drawn icon."""
    case = copy.copy(case)
    case.site = "icon"
    case.rows = case.rows | {10}
    return case


def run_icon(args):
    o = run_case(args)
    want = mailjudge.judge(args[0].data).icon if o.word == "inserted" else None
    if o.icon != want:
        o.bad.append("the icon is %s, expected %s" % (o.icon, want))
    return o


def with_bare_lf(case):
    """The same as a server hands it on that lets bare LF pass."""
    case = copy.copy(case)
    header, body = case.data.split(b"\r\n\r\n", 1)
    case.data = header + b"\r\n\r\n" + body.replace(b"\r\n", b"\n")
    case.rows = case.rows | {20}
    return case


# Those that are labelled by hand.

def labels():
    """By message: hazards, and for each text leaf, kind, before, behind; or
    the reason."""
    out = {}
    with open("t/data/hazard-mail/EXPECTED", encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                continue
            name, rows, leaf, *more = line.rstrip("\n").split("\t")
            entry = out.setdefault(name, ({int(r) for r in rows.split(",")},
                                          []))
            entry[1].append(more[0] if leaf == "-" else
                            (int(leaf), *[m.replace("\\0", "\0")
                                          for m in more]))
    return out


def run_label(args):
    path, (rows, want), work = args
    name = os.path.basename(path)[:-4]
    with open(path, "rb") as f:
        data = prepare(f.read(), "shipped")
    o, seen = pass_through(name, data, "shipped", work)
    o.rows = rows
    if isinstance(want[0], str):
        if o.word != want[0]:
            o.bad.append("%s, expected %s" % (o.word, want[0]))
        return o
    if seen is None or [(e.leaf, e.kind) for e in seen.edits] != \
            [w[:2] for w in want]:
        o.bad.append("%s %s, expected %s" % (o.word, o.parts, want))
        return o
    for e, (_, _, before, behind) in zip(seen.edits, want):
        if not squeeze(e.words[:e.at]).endswith(squeeze(before)):
            o.bad.append("%r stands before the button, not %r"
                         % (e.words[:e.at][-30:], before))
        rest = squeeze(e.words[e.at:])
        if not (rest == "" if behind == "END" else
                rest.startswith(squeeze(behind))):
            o.bad.append("%r stands behind the button, not %r"
                         % (rest[:30], behind))
    return o


# Other people's.

FOREIGN = ("resent-", "auto-submitted")


def prepare(data, site):
    """Mail as an MTA hands it on, and its offeror's: line ends are CRLF where
    all were LF, an empty line ends the header.  For the open site, nothing in
    the header forbids an offer."""
    if data.startswith(b"From "):
        data = data.split(b"\n", 1)[1]
    if b"\r\n" not in data:
        data = data.replace(b"\n", b"\r\n")
    fields, rest = mailcheck.split(data)
    fields = [f for f in fields
              if mailcheck.name_of(f) not in ("from", "x-call-offer") and
              not (site == "open" and
                   mailcheck.name_of(f).startswith(FOREIGN))]
    fields.insert(0, b"From: Alice <alice@example.com>\r\n")
    fields.insert(len(fields) // 2, b"X-Call-Offer: yes\r\n")
    if not rest.startswith((b"\r\n", b"\n")):
        if fields and not fields[-1].endswith(b"\n"):
            fields[-1] += b"\r\n"
        rest = b"\r\n" + rest
    return b"".join(fields) + rest


def run_foreign(args):
    """As shipped; where only the header forbids an offer, once more on a site
    that allows it."""
    path, work = args
    name = os.path.basename(path)
    with open(path, "rb") as f:
        original = f.read()
    o, _ = pass_through(name, prepare(original, "shipped"), "shipped", work)
    first = o.word
    data = prepare(original, "open")
    if first in ("list", "dkim", "resent", "auto-submitted"):
        bad = o.bad
        o, seen = pass_through(name, data, "open", work)
        o.bad += bad
    else:
        first = None
        o, seen = pass_through(name, data, "open", work)
    j = mailjudge.judge(data)
    if o.word == "inserted":
        got = [e.leaf for e in seen.edits]
        if o.icon != j.icon:
            o.bad.append("the icon is %s, expected %s" % (o.icon, j.icon))
        if j.reasons or got != j.leaves:
            o.bad.append("changed are %s, judged %s %s"
                         % (got, j.leaves, sorted(j.reasons)))
    elif o.word not in j.reasons | j.doubts:
        o.bad.append("%s, judged %s %s" % (o.word, j.leaves, sorted(
            j.reasons | j.doubts)))
    o.first = first
    return o


# What is told.

def report(outcomes, what):
    urls = Counter(o.url for o in outcomes if o.url)
    bad = ["%s: %s" % (o.name, b) for o in outcomes for b in o.bad]
    bad += ["a token was given twice" for n in urls.values() if n > 1]
    if VERBOSE:
        for o in outcomes:
            note("%s: %s %s" % (o.name, o.word, o.parts))
    check(bad[:40] + ["and %d more" % (len(bad) - 40)] * (len(bad) > 40),
          "%d messages %s" % (len(outcomes), what))
    if bad and os.environ.get("FIRST"):
        finish()


def table(outcomes):
    """Inserted, and skipped by reason; how much no hazard asks for."""
    inserted = Counter(o.parts for o in outcomes if o.word == "inserted")
    skipped = Counter(o.word for o in outcomes if o.word != "inserted")
    first = Counter(o.first for o in outcomes if o.first)
    n = len(outcomes)
    for parts, k in inserted.most_common():
        note("%4d %5.1f %%  inserted %s" % (k, 100 * k / n, parts))
    for reason, k in skipped.most_common():
        note("%4d %5.1f %%  skipped %s%s" % (
            k, 100 * k / n, reason, " (hazard %s)" % HAZARDS[reason]
            if reason in HAZARDS else ""))
    for reason, k in first.most_common():
        note("%4d %5.1f %%  of all: first skipped %s (hazard %s), then on a "
             "site that allows it" % (k, 100 * k / n, reason,
                                      HAZARDS[reason]))
    other = sum(k for r, k in skipped.items() if r not in HAZARDS)
    check(["%d of %d" % (other, n)] if other > n / 100 else [],
          "skipped for what is no hazard: %d of %d" % (other, n))


def hazards(outcomes):
    """Each row has its line in t/data/hazards, and its test."""
    rows = defaultdict(list)
    with open("t/data/hazards", encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                row, tests, title = line.rstrip("\n").split("\t")
                rows[int(row)].append((tests.split(), title))
    check(["row %d has %d lines" % (r, len(rows[r])) for r in ROWS
           if len(rows[r]) != 1] + ["there is no row %d" % r for r in rows
                                    if r not in ROWS],
          "each hazard has its line in t/data/hazards")
    for row in ROWS:
        for tests, title in rows[row][:1]:
            hazard(row, tests, title, [o for o in outcomes if row in o.rows])


def hazard(row, tests, title, mine):
    bad = ["%s: %s" % (o.name, b) for o in mine for b in o.bad]
    for test in tests:
        if test == "27-corpus":
            bad += [] if mine else ["no message stands for it"]
            continue
        found = glob.glob("t/%s.*" % test)
        if not found:
            bad.append("there is no test %s" % test)
        elif not any("hazard %d:" % row in open(f, encoding="utf-8").read()
                     for f in found):
            bad.append("%s does not name it" % found[0])
    if mine and "27-corpus" not in tests:
        bad.append("its messages are not told in t/data/hazards")
    check(bad[:5], "hazard %d: %s (%s)" % (row, title, ", ".join(
        "%d messages" % len(mine) if t == "27-corpus" else t
        for t in tests)))


def main():
    work = tempfile.mkdtemp(prefix="calloffer-corpus-")
    atexit.register(shutil.rmtree, work, True)
    setup(work)
    only = sys.argv[1:]
    pool = multiprocessing.Pool(2)
    if only:
        report(pool.map(run_foreign, [(f, work) for f in only]), "named")
        return
    known = labels()
    paths = sorted(glob.glob("t/data/hazard-mail/*.eml"))
    names = [os.path.basename(p)[:-4] for p in paths]
    check(sorted(set(names) ^ set(known)), "every hazard message is labelled")
    byhand = pool.map(run_label, [(p, known[n], work)
                                  for p, n in zip(paths, names) if n in known])
    report(byhand, "labelled by hand")
    cases = list(mailgen.cases())
    check(["twice: %s" % n for n, k in Counter(
        c.name for c in cases).items() if k > 1] + (
        ["only %d" % len(cases)] if len(cases) < 300 else []),
        "at least 300 messages are made")
    made = pool.map(run_case, [(c, work) for c in cases], 8)
    report(made, "made")
    bare = pool.map(run_case, [(with_bare_lf(c), work) for c in cases], 8)
    report(bare, "made, with bare LF")
    drawn = pool.map(run_icon, [(with_icon(c), work) for c in cases
                                if c.site == "shipped"], 8)
    report(drawn, "made, with an icon")
    kinds = Counter(o.icon for o in drawn if o.word == "inserted")
    check([] if min(kinds[k] for k in ("joined", "wrapped", None)) > 40 else
          [kinds], "icons: %d joined, %d wrapped, %d remain glyphs" % (
              kinds["joined"], kinds["wrapped"], kinds[None]))
    hazards(byhand + made + bare + drawn)
    paths = sorted(glob.glob(CORPUS + "/*.eml"))
    if paths:
        others = pool.map(run_foreign, [(p, work) for p in paths], 8)
        report(others, "of other people")
        table(others)
    pool.close()
    pool.join()


if __name__ == "__main__":
    main()
    finish()
