"""What the fakes of networks have in common: calls that are asked for over
HTTP, and those who wait for them."""
import http.server
import json
import threading


class Network:
    """A subclass answers by react(handler, body) with (status, JSON), of which
    {} is no body at all and a member "retry" the header Retry-After; and tells
    by is_leg(call, "a" or "b") which is which."""

    def __init__(self):
        self.lock = threading.Condition()
        self.asked = []         # (method, path, query, body, ...)
        self.calls = {}         # by the network's own names: dict
        self.odd = []           # what comes of creations
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                size = int(self.headers.get("content-length") or 0)
                status, what = fake.react(self, self.rfile.read(size))
                retry = what.pop("retry", None) if isinstance(what, dict) \
                    else None
                data = json.dumps(what).encode() if what != {} else b""
                self.send_response(status)
                if data:
                    self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(data)))
                if retry:
                    self.send_header("Retry-After", retry)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_PUT = do_DELETE = do_POST

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def wait(self, look, timeout=10):
        with self.lock:
            self.lock.wait_for(look, timeout)
            return look()

    def leg(self, leg, skip=()):
        """The call that rings this leg, once there is one."""
        return self.wait(lambda: next(
            (c for name, c in self.calls.items()
             if name not in skip and self.is_leg(c, leg)), None))
