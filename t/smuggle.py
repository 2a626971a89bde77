"""Requests that two servers could read in two ways, each with its name."""


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
        ("a space before the colon", head(post, host, b"Content-Length : 4")
         + b"abcd"),
        ("a signed length", head(post, host, b"Content-Length: +4")
         + b"abcd"),
        ("a hexadecimal length", head(post, host, b"Content-Length: 0x4")
         + b"abcd"),
        ("an endless length", head(post, host,
                                   b"Content-Length: 99999999999999999999999")
         + b"abcd"),
        ("no Host", head(get, b"X: y")),
        ("an empty Host", head(get, b"Host:")),
        ("two Hosts", head(get, host, host)),
        ("an absolute target", head(b"GET http://" + name + b"/ HTTP/1.1", host)),
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
