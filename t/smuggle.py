"""Requests that two servers could read in two ways, each with its name; and
what a stream must be like so that it can be read in one way only."""
import re


def head(line, *headers):
    return b"\r\n".join((line,) + headers) + b"\r\n\r\n"


def rows(token, name=b"a"):
    """To a server of this name."""
    post = b"POST /o/" + token + b" HTTP/1.1"
    get = b"GET /o/" + token + b" HTTP/1.1"
    host = b"Host: " + name
    chunk = b"5\r\nhello\r\n0\r\n\r\n"
    return (
        ("two differing lengths", head(post, host, b"Content-Length: 4",
                                       b"Content-Length: 5") + b"abcde"),
        ("two equal lengths", head(post, host, b"Content-Length: 4",
                                   b"Content-Length: 4") + b"abcd"),
        ("a list of lengths", head(post, host, b"Content-Length: 4, 4")
         + b"abcd"),
        ("a length and chunks", head(post, host, b"Content-Length: 4",
                                     b"Transfer-Encoding: chunked") + chunk),
        ("chunks and a length", head(post, host,
                                     b"Transfer-Encoding: chunked",
                                     b"Content-Length: 4") + chunk),
        ("xchunked", head(post, host, b"Transfer-Encoding: xchunked")
         + chunk),
        ("gzip, chunked", head(post, host,
                               b"Transfer-Encoding: gzip, chunked") + chunk),
        ("identity", head(post, host, b"Transfer-Encoding: identity")),
        ("chunked twice", head(post, host, b"Transfer-Encoding: chunked",
                               b"Transfer-Encoding: chunked") + chunk),
        ("chunked behind a tab of its own", head(
            post, host, b"Transfer-Encoding: \x0bchunked") + chunk),
        ("chunked and more", head(
            post, host, b"Transfer-Encoding: chunked, identity") + chunk),
        ("chunked, a space before the colon", head(
            post, host, b"Transfer-Encoding : chunked") + chunk),
        ("no name", head(post, host, b": x", b"Content-Length: 0")),
        ("a name with a control", head(post, host, b"X\x01Y: z",
                                       b"Content-Length: 0")),
        ("a space before the colon", head(post, host, b"Content-Length : 4")
         + b"abcd"),
        ("a signed length", head(post, host, b"Content-Length: +4")
         + b"abcd"),
        ("a hexadecimal length", head(post, host, b"Content-Length: 0x4")
         + b"abcd"),
        ("a negative length", head(post, host, b"Content-Length: -1")),
        ("an empty length", head(post, host, b"Content-Length:")),
        ("two lengths in one", head(post, host, b"Content-Length: 4 4")
         + b"abcd"),
        ("an endless length", head(post, host,
                                   b"Content-Length: 99999999999999999999999")
         + b"abcd"),
        ("no Host", head(get, b"X: y")),
        ("an empty Host", head(get, b"Host:")),
        ("two Hosts", head(get, host, host)),
        ("an absolute target", head(b"GET http://" + name + b"/ HTTP/1.1", host)),
        ("a fragment in the target", head(get.replace(b" HTTP", b"#x HTTP"),
                                          host)),
        ("a control in the target", head(
            get.replace(b" HTTP", b"\x01 HTTP"), host)),
        ("a space in the target", head(b"GET /a b HTTP/1.1", host)),
        ("version 0.9", b"GET /o/" + token + b"\r\n\r\n"),
        ("version 1.2", head(b"GET / HTTP/1.2", host)),
        ("version 2.0", head(b"GET / HTTP/2.0", host)),
        ("a header of 20 KB", head(get, host, b"X: " + b"y" * 20480)),
        ("a thousand headers", head(get, host, *[b"X%d: y" % i
                                                 for i in range(1000)])),
        ("a target of 4 KB", head(b"GET /" + b"x" * 4096 + b" HTTP/1.1",
                                  host)),
        ("a header without colon", head(get, host, b"nonsense")),
        ("chunks with 1.0", head(b"POST /o/x HTTP/1.0", host,
                                 b"Transfer-Encoding: chunked") + chunk),
        ("a body where there is none", head(get, host, b"Content-Length: 4")
         + b"abcd"),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"
         b"\r\n"),
    )


def hidden(token, name=b"a"):
    """What libmicrohttpd takes for something else before we see it; each is
    to be taken for one request at most."""
    post = b"POST /o/" + token + b" HTTP/1.1"
    get = b"GET /o/" + token + b" HTTP/1.1"
    host = b"Host: " + name
    return (
        ("lines that end in a bare LF", get + b"\n" + host + b"\n\n"),
        ("one line that ends in a bare LF", get + b"\r\n" + host
         + b"\nX: y\r\n\r\n"),
        ("a head that ends in a bare LF", get + b"\r\n" + host
         + b"\r\n\n"),
        ("a folded line", head(get, host, b"X: y", b" z")),
        ("a line folded with a tab", head(get, host, b"X: y", b"\tz")),
        ("a folded length", head(post, host, b"Content-Length:", b" 4")
         + b"abcd"),
        ("a folded coding", head(post, host, b"Transfer-Encoding:",
                                 b" chunked") + b"0\r\n\r\n"),
        ("a first header that is folded", head(get, b" X: y", host)),
        ("a NUL in the target", head(b"GET /o/x\0y HTTP/1.1", host)),
        ("a NUL in a value", head(get, host, b"X: y\0z")),
        ("chunked before a NUL", head(
            post, host, b"Transfer-Encoding: chunked\0x")
         + b"0\r\n\r\n"),
        ("a bare CR in a value", head(get, host, b"X: y\rz")),
        ("a chunk that ends in a bare LF", head(
            post, host, b"Transfer-Encoding: chunked")
         + b"5\nhello\n0\n\n"),
        ("a chunk with an extension", head(
            post, host, b"Transfer-Encoding: chunked")
         + b"5;x=y\r\nhello\r\n0\r\n\r\n"),
        ("a chunk with 0x", head(post, host, b"Transfer-Encoding: chunked")
         + b"0x5\r\nhello\r\n0\r\n\r\n"),
        ("a chunk without end", head(post, host,
                                     b"Transfer-Encoding: chunked")
         + b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        ("a chunk longer than it says", head(
            post, host, b"Transfer-Encoding: chunked")
         + b"3\r\nhello\r\n0\r\n\r\n"),
        ("a trailer", head(post, host, b"Transfer-Encoding: chunked")
         + b"0\r\nContent-Length: 5\r\n\r\n"),
        ("two spaces in the request line", head(
            get.replace(b" /", b"  /"), host)),
        ("tabs in the request line", head(get.replace(b" ", b"\t"), host)),
        ("an empty line before", b"\r\n" + head(get, host)),
    )


LINE = re.compile(rb"[A-Z]+ /[!-~]* HTTP/1\.[01]")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([ -~\x80-\xff\t]*)")


CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")


def chunks(data):
    """A body in chunks, without extensions and trailers, and what is behind
    it; (None, b"") when it is not complete."""
    body = b""
    while True:
        m = CHUNK.match(data)
        if not m:
            if b"\r\n" in data:
                raise ValueError("the chunk %r" % data[:40])
            return None, b""
        n = int(m.group(1), 16)
        part, end = data[m.end():m.end() + n], data[m.end() + n:][:2]
        if len(end) < 2:
            return None, b""
        if end != b"\r\n":
            raise ValueError("the chunk's end %r" % end)
        data = data[m.end() + n + 2:]
        if n == 0:
            return body, data
        body += part


def one(data):
    """The first request of a stream that leaves no doubt, and what is behind
    it; (None, data) when it is not complete.  Raises ValueError."""
    top, end, rest = data.partition(b"\r\n\r\n")
    lines = top.split(b"\r\n")
    if not end:
        return None, data
    if not LINE.fullmatch(lines[0]):
        raise ValueError("the line %r" % lines[0])
    fields = []
    for line in lines[1:]:
        m = FIELD.fullmatch(line)
        if not m:
            raise ValueError("the field %r" % line)
        fields.append((m.group(1).lower(), m.group(2)))

    def all_of(name):
        return [v for k, v in fields if k == name]
    lengths = all_of(b"content-length")
    codings = all_of(b"transfer-encoding")
    if len(all_of(b"host")) != 1 or len(lengths) + len(codings) > 1:
        raise ValueError("hosts, lengths or codings: %r" % fields)
    if codings:
        if codings != [b"chunked"]:
            raise ValueError("the coding %r" % codings)
        body, rest = chunks(rest)
        return (None, data) if body is None else \
            ((lines[0], dict(fields), body), rest)
    if lengths and not lengths[0].isdigit():
        raise ValueError("the length %r" % lengths[0])
    n = int(lengths[0]) if lengths else 0
    if len(rest) < n:
        return None, data
    return (lines[0], dict(fields), rest[:n]), rest[n:]
