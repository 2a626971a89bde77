"""What a collector reads, held against the grammar of the text format 0.0.4 of
Prometheus and its conventions for names."""
import re
import socket

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r"(%s)(?:\{(%s(?:,%s)*)\})? (-?[0-9.e+-]+|\+Inf|NaN)\Z"
                    % (NAME, LABEL, LABEL))
UNITS = r"_(ms|us|ns|min|hours?|days?|milliseconds|microseconds|minutes|kb|mb|" \
    r"kib|mib|kilobytes|megabytes|bits)(_|\Z)"
KINDS = ("counter", "gauge", "histogram")


def parse(text):
    """Samples by name and labels; and what is wrong with the text."""
    bad, samples, kinds, told, last = [], {}, {}, set(), None
    if not text.endswith("\n"):
        bad.append("the last line does not end")
    for line in text.splitlines():
        m = re.match(r"# (HELP|TYPE) (%s) (.+)\Z" % NAME, line)
        if m:
            word, name, rest = m.groups()
            if (word, name) in told:
                bad.append("twice: " + line)
            told.add((word, name))
            if word == "TYPE":
                kinds[name] = rest
                last = name
                bad += name_faults(name, rest)
            continue
        m = SAMPLE.match(line)
        if not m:
            bad.append("not in the grammar: " + line)
            continue
        name, labels, value = m.groups()
        base = name
        if kinds.get(last) == "histogram":
            base = re.sub(r"_(bucket|sum|count)\Z", "", name)
        if base != last or ("HELP", base) not in told:
            bad.append("without its type or help: " + line)
        if (name, labels) in samples:
            bad.append("twice: " + line)
        samples[name, labels] = float(value)
    return samples, bad + histogram_faults(samples, kinds)


def name_faults(name, kind):
    """As `promtool check metrics' has them."""
    bad = []
    if kind not in KINDS:
        bad.append("%s: no type: %s" % (name, kind))
    if (kind == "counter") != name.endswith("_total"):
        bad.append("%s: _total is the end of a counter's name" % name)
    if kind != "histogram" and re.search(r"_(bucket|sum|count)\Z", name):
        bad.append("%s: that is a histogram's" % name)
    if re.search(UNITS, name):
        bad.append("%s: seconds and bytes are the units" % name)
    if kind in name.split("_"):
        bad.append("%s: the type is no part of the name" % name)
    if re.search("[a-z][A-Z]", name):
        bad.append("%s: not in snake_case" % name)
    return bad


def histogram_faults(samples, kinds):
    bad, rows = [], {}
    for (name, labels), value in samples.items():
        base = re.sub(r"_bucket\Z", "", name)
        if base == name or kinds.get(base) != "histogram":
            continue
        m = re.match(r'(?:(.*),)?le="([^"]+)"\Z', labels or "")
        if m is None:
            bad.append("a bucket without its end: %s %s" % (name, labels))
        else:
            rows.setdefault((base, m[1]), []).append((float(m[2]), value))
    for (base, labels), row in rows.items():
        if [e for e, _ in row] != sorted({e for e, _ in row}) or \
                [v for _, v in row] != sorted(v for _, v in row) or \
                row[-1] != (float("inf"), samples[base + "_count", labels]) \
                or (base + "_sum", labels) not in samples:
            bad.append("%s{%s}: %s" % (base, labels, row))
    return bad


def ask(where, request=b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"):
    if isinstance(where, int):
        s = socket.create_connection(("127.0.0.1", where), 10)
    else:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(10)
        s.connect(where)
    with s:
        s.sendall(request)
        data = b""
        while True:
            more = s.recv(65536)
            if not more:
                break
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return head.decode(), body.decode()
