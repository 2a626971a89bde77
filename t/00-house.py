#!/usr/bin/python3
"""The house keeps to its plan: DESIGN's tables of rooms and doors, and STYLE.

Reads DESIGN sections 3 and 4 and holds every source file against them.
"""
import glob
import os
import re
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
B = os.environ.get("B", "build")
HOUSES = ["lib", "milter", "acceptd", "bridge-client", "admin"]
BANNED = re.compile(
    r"\b(sprintf|vsprintf|strcpy|strcat|strncpy|strncat|strtok|strtok_r|atoi|"
    r"atol|gets|scanf|sscanf|fscanf|rand|srand|system|popen)\s*\(")

count = failed = 0


def check(bad, what):
    """One line of TAP: passes when the list of complaints is empty."""
    global count, failed
    count += 1
    print(("not ok" if bad else "ok"), count, "-", what)
    for line in bad:
        print("#  ", line, file=sys.stderr)
    failed += bool(bad)


def section(number):
    text = open("DESIGN", encoding="utf-8").read()
    parts = re.split(r"^(\d+)  [A-Z]", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))[str(number)]


def read(path):
    return open(path, encoding="utf-8").read()


def without_comments(text):
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                  lambda m: m.group(0) if m.group(0)[0] != "/" else blank(m),
                  text, flags=re.S)


rooms = {}
for m in re.finditer(r"^\t([a-z0-9_/.-]+)\t+(\d)\t(\S.*)$", section(3), re.M):
    rooms[m.group(1)] = int(m.group(2))
doors = {}
for line in section(4).splitlines():
    m = re.match(r"^\t(<\S+>)\t+(\S.*)$", line)
    if m:
        last = m.group(1)
        doors[last] = m.group(2).split()
    elif doors and re.match(r"^\t\t+\S", line):
        doors[last] += line.split()

files = sorted(f for h in HOUSES for e in ("c", "cc", "h")
               for f in glob.glob(h + "/**/*." + e, recursive=True))
stem = {f: f.rsplit(".", 1)[0] for f in files}

check(["%s: listed twice" % r for r in rooms
       if len(re.findall(r"^\t%s\t" % re.escape(r), section(3), re.M)) > 1]
      + ["%s: no such room in the house's own words" % r for r in rooms
         if r.split("/")[0] not in HOUSES], "the table of rooms can be read")
check(["%s: not in DESIGN's table" % f for f in files if stem[f] not in rooms],
      "every file has its line in DESIGN")
check(["%s: no such file" % r for r in rooms if r not in stem.values()],
      "every line in DESIGN has its file")
check(["%s: floor %d" % (r, n) for r, n in rooms.items()
       if (r.startswith("lib/")) != (n <= 3)],
      "floors 0 to 3 are lib's, the others the programs'")
check(["%s has no header" % f for f in files
       if f.endswith((".c", ".cc")) and stem[f] + ".h" not in files
       and os.path.basename(stem[f]) not in ("main", "all")],
      "every room has its header")

bad_up, bad_cross, bad_door, bad_own, bad_form = [], [], [], [], []
for f in files:
    text = read(f)
    own = stem[f]
    mine = own.split("/")[0]
    includes = re.findall(r'^\s*#\s*include\s+(["<][^">]+[">])', text, re.M)
    for inc in includes:
        name = inc[1:-1]
        if inc[0] == '"':
            target = name.rsplit(".", 1)[0]
            if target == own:
                continue
            if target not in rooms:
                bad_form.append("%s includes %s: no room" % (f, inc))
                continue
            if target.split("/")[0] not in ("lib", mine):
                bad_cross.append("%s includes %s" % (f, inc))
            elif own in rooms and rooms[target] >= rooms[own]:
                bad_up.append("%s (%d) includes %s (%d)"
                              % (f, rooms[own], inc, rooms[target]))
        else:
            for door, who in doors.items():
                d = door[1:-1]
                if (name == d or (d.endswith("/") and name.startswith(d))) \
                        and own not in who:
                    bad_door.append("%s includes %s" % (f, inc))
            if "/" in name and not name.startswith(
                    ("sys/", "netinet/", "arpa/", "linux/", "net/")) \
                    and not any(name == d[1:-1] or d[1:-1].endswith("/")
                                and name.startswith(d[1:-1]) for d in doors):
                bad_door.append("%s includes %s: no door is listed"
                                % (f, inc))
    if f.endswith((".c", ".cc")) and own + ".h" in files \
            and '"%s.h"' % own not in includes:
        bad_own.append("%s does not include its header" % f)
check(bad_up, "nobody includes his own floor or a higher one")
check(bad_cross, "no program includes another's rooms")
check(bad_door, "foreign libraries are entered by their doors only")
check(bad_own + bad_form, "every room includes its own header, and rooms only")
check(["%s: %s has no such room" % (d, w) for d, who in doors.items()
       for w in who if w not in rooms], "every door is a room")

bad = []
for f in files:
    if f.endswith(".h"):
        cc = ["cc", "-std=c11", "-D_GNU_SOURCE", "-I.", "-Wall", "-Wextra",
              "-Werror", "-fsyntax-only", "-x", "c", f]
        r = subprocess.run(cc, capture_output=True, text=True)
        if r.returncode:
            bad.append(f + ": " + r.stderr.splitlines()[0])
check(bad, "every header compiles alone")

bad = []
for f in files:
    if not f.endswith(".c") or os.path.basename(stem[f]) == "main":
        continue
    obj = "%s/%s.o" % (B, stem[f])
    if not os.path.exists(obj):
        bad.append("%s: not built" % obj)
        continue
    out = subprocess.run(["nm", "--defined-only", "-g", obj],
                         capture_output=True, text=True).stdout
    name = os.path.basename(stem[f])
    for sym in re.findall(r"^\S* [A-Z] (\S+)$", out, re.M):
        if not sym.startswith((name + "_", "provider_", "payer_")) \
                and not sym.startswith("__"):
            bad.append("%s exports %s" % (f, sym))
check(bad, "foo.c exports foo_* only")

bad_len, bad_wide, bad_ban, bad_slash, bad_fn = [], [], [], [], []
for f in files + sorted(glob.glob("t/*.c") + glob.glob("t/*.h")):
    text = read(f)
    lines = text.split("\n")
    if len(lines) - 1 > 600:
        bad_len.append("%s: %d lines" % (f, len(lines) - 1))
    for n, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > 80 and "http" not in line:
            bad_wide.append("%s:%d: %d columns"
                            % (f, n, len(line.expandtabs(8))))
    code = without_comments(text)
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', code)
    for m in BANNED.finditer(bare):
        bad_ban.append("%s:%d: %s" % (f, bare.count("\n", 0, m.start()) + 1,
                                      m.group(1)))
    if f in stem and stem[f] != "lib/clock":
        for m in re.finditer(r"\b(time|clock_gettime|gettimeofday)\s*\(",
                             bare):
            bad_ban.append("%s:%d: %s outside lib/clock" % (
                f, bare.count("\n", 0, m.start()) + 1, m.group(1)))
    if f in stem and re.search(r"(?<!:)//", bare):
        bad_slash.append(f + ": //")
    if f in stem and re.search(r"^\s*typedef\s+(struct|union)\b", bare, re.M):
        bad_slash.append(f + ": a typedef for a struct")
    start = None
    for n, line in enumerate(lines, 1):
        if line == "{":
            start = n
        elif line == "}" and start is not None:
            if n - start > 120:
                bad_fn.append("%s:%d: %d lines" % (f, start, n - start))
            start = None
check(bad_len, "no file over 600 lines")
check(bad_wide, "no line over 80 columns")
check(bad_ban, "no banned function")
check(bad_slash, "no // and no typedef for a struct")
check(bad_fn, "no function over 120 lines")

check([f for f in glob.glob("t/[0-9]*.sh") + glob.glob("t/[0-9]*.py")
       if not os.access(f, os.X_OK)], "every test can be run")
text = "".join(read(f) for f in files)
check([m for m in re.findall(r"\b(?:TODO|FIXME|XXX)\b", text)],
      "nothing is left to be done in the code")
top = {"milter", "acceptd", "bridge-client", "etc", "t", "GNUmakefile",
       "README", "lib", "admin", "DESIGN", "STYLE", "LICENSE", ".ci",
       ".gitignore"}
out = subprocess.run(["git", "ls-files"], capture_output=True, text=True)
if out.returncode == 0 and out.stdout:
    seen = {p.split("/")[0] for p in out.stdout.splitlines()}
    check(sorted(seen - top), "nothing else lies at the top")

print("1..%d" % count)
sys.exit(1 if failed else 0)
