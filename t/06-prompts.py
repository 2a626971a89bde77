#!/usr/bin/python3
"""What callers hear: every prompt that the call machine names is there in
every language, and is audio that telephones can play."""
import glob
import os
import re
import struct
import subprocess
import sys
import wave

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
B = os.environ.get("B", "build")
count = failed = 0


def check(bad, what):
    global count, failed
    count += 1
    print("not ok" if bad else "ok", count, "-", what)
    for line in bad:
        print("#  ", line)
    failed += bool(bad)


named = set()
for path in glob.glob("bridge-client/*/*.c"):
    with open(path, encoding="utf-8") as f:
        for literal in re.findall(r'"((?:[ab]-[a-z-]+,?)+)"', f.read()):
            named.update(literal.split(","))
# What a reference is spelled with.
spelled = {"x-" + c for c in "0123456789abcdefghijklmnopqrstuvwxyz"}
named |= spelled
check([] if len(named) >= 10 else sorted(named),
      "the call machine names its prompts")
made = set(os.listdir(B + "/prompts"))


def words(path, pattern):
    with open(path, encoding="utf-8") as f:
        return re.findall("[a-z]+", re.search(pattern, f.read()).group(1))


usual = words("bridge-client/contract/contract.c", r'"languages", "([a-z ]+)"')
check([] if usual[0] == "en" and set(usual) == made else
      ["made: " + " ".join(sorted(made)), "by default: " + " ".join(usual)],
      "in the languages that the bridge takes for granted, English first")
check([] if words("etc/bridge.conf", r"#languages = \{(.*)\}") == usual
      else ["etc/bridge.conf says others"], "and the sample says so")


def faults(path):
    try:
        with wave.open(path) as w:
            form = w.getnchannels(), w.getsampwidth(), w.getframerate()
            data = w.readframes(w.getnframes())
    except (OSError, EOFError, wave.Error) as e:
        return [str(e)]
    if form != (1, 2, 8000):
        return ["channels, bytes, rate: %s %s %s" % form]
    samples = struct.unpack("<%dh" % (len(data) // 2), data)
    bad = []
    least, most = (0.3, 1) if os.path.basename(path)[:-4] in spelled \
        else (1, 12)
    if not least <= len(samples) / 8000 <= most:
        bad.append("%.1f s" % (len(samples) / 8000))
    peak = max(map(abs, samples))
    if not 15000 <= peak <= 30000:
        bad.append("loudest sample %d" % peak)
    return bad


def said(lang):
    """(name, sentence, phonemes) of each line; letters to spell with aside."""
    with open("etc/prompts/%s.txt" % lang, encoding="utf-8") as f:
        lines = [line.split(" ", 1) for line in f.read().splitlines()
                 if line and not line.startswith("#")]
    voice = dict(lines)["voice"]
    for name, sentence in lines:
        if name not in ("voice", "spell"):
            r = subprocess.run(["espeak-ng", "-q", "-x", "-v", voice, "--",
                                sentence], capture_output=True, text=True,
                               check=True, timeout=20)
            yield name, sentence, r.stdout


# A synthesiser that cannot read a sign names it, or changes its language.
for lang in ("ar", "ja"):
    check(["%s: %s" % (name, phonemes.strip())
           for name, _, phonemes in said(lang) if "(" in phonemes],
          lang + ": every word is read in its language")
check(["%s: %s" % (name, c) for name, sentence, _ in said("ja")
       for c in sentence if not ("\u3041" <= c <= "\u30fc" or c in "、。 ")],
      "ja: in kana, as others are not read")
for folder in sorted(glob.glob(B + "/prompts/*/")):
    lang = os.path.basename(folder.rstrip("/"))
    there = {os.path.basename(p)[:-4] for p in glob.glob(folder + "*.wav")}
    check(["missing: " + p for p in sorted(named - there)]
          + ["never heard: " + p for p in sorted(there - named)],
          lang + ": each is there, and none in vain")
    check(["%s: %s" % (p, b) for p in sorted(there)
           for b in faults(folder + p + ".wav")],
          lang + ": 8 kHz, 16 bits, mono, loud enough")

print("1..%d" % count)
sys.exit(1 if failed else 0)
