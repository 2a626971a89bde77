#!/usr/bin/python3
"""What is heard, with the programs as shipped, a real Asterisk and telephones
that record: A hears the offeror's name as calloffer offerors has made it, B
who accepts and the reference, spelled; each in the language of his."""
import array
import os
import subprocess
import sys
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stack
import tap

STEP = 80                       # samples of 8000 a second: 10 ms
ALIKE = 0.9
OFFERORS = """
alice@example.com to=%s name="Alice Example" account=sales
	login=alice allow=+44*
"""


def loudness(path):
    """The recording, 10 ms by 10 ms."""
    with wave.open(path) as w:
        x = array.array("h", w.readframes(w.getnframes()))
    return [sum(map(abs, x[i:i + STEP])) for i in range(0, len(x), STEP)]


def likeness(x, y):
    """The correlation of two of one length."""
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    xx = sum((a - mx) ** 2 for a in x)
    yy = sum((b - my) ** 2 for b in y)
    xy = sum((a - mx) * (b - my) for a, b in zip(x, y))
    return xy / (xx * yy) ** 0.5 if xx and yy else 0


def find(part, whole, after):
    """(how alike, where) it is most alike."""
    return max(((likeness(part, whole[i:i + len(part)]), i)
                for i in range(after, len(whole) - len(part))),
               default=(0, after))


def heard(s, phone, *prompts):
    """These, one after the other?"""
    path = subprocess.run(
        ["sh", "-c", 'ls -S "$1"/phone/"$2"/rec/*-dec.wav | head -n 1',
         "sh", s.bed, phone], capture_output=True, text=True).stdout.strip()
    whole, at, bad = loudness(path), 0, []
    for prompt in prompts:
        part = loudness(prompt)
        # each follows what was before it, but for the first
        share, at = find(part, whole[:at + len(part) + 100] if at else whole,
                         at)
        if share < ALIKE:
            bad.append("%s: %.2f at %.1f s" % (os.path.basename(prompt),
                                               share, at / 100))
        at += len(part) - 2
    return bad


def prompts(lang, *names):
    return [os.path.join(stack.B, "prompts", lang, n + ".wav")
            for n in names]


def main():
    with stack.Stack() as s:
        a, b = s.env["BOB"], s.env["ALICE"]
        names = s.stack + "/names"
        os.mkdir(names)
        os.chmod(names, 0o755)
        with open(s.stack + "/etc/offerors", "w", encoding="utf-8") as f:
            f.write(OFFERORS % b)
        r = s.tool("offerors", "-d", names, s.stack + "/etc/offerors")
        made = [names + "/" + n for n in os.listdir(names)]
        tap.same((r.returncode, len(made)), (0, 1), "the name is rendered")
        tap.same(s.do("phone_start bob %s 400 answer:300 1:15000" % a)
                 and s.do("phone_start alice %s 1000 answer:300 1:18000 "
                          "hang:1500" % b), True, "telephones")
        visit = s.visit(s.mint("alice@example.com",
                               "%s; ref=\"Job 47\"; lang=de" % b))
        page = visit.accept(a)
        _, end = visit.follow(page, limit=60)
        tap.same(end, "talked", "they talk")
        stack.wait_for(lambda: not s.channels(), 3)
        tap.check(heard(s, "bob", *prompts("en", "a-offer", "a-name"),
                        *made, *prompts("en", "a-press")),
                  "A hears whose offer it is, in the language of his page")
        tap.check(heard(s, "alice", *prompts(
            "de", "b-offer", "b-reference", "x-j", "x-o", "x-b", "x-4", "x-7",
            "b-press")), "B hears who accepts, and the reference, in his")
        tap.same(len(heard(s, "alice", *prompts("de", "b-known"))), 1,
                 "and would not be said to hear what he does not")
    tap.finish()


main()
