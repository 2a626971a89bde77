"""A real Chromium without a window, driven over its debugging pipe.

	with Chromium() as c:
	    c.size(390, 844); c.open(url); c.js("document.title"); c.shot(path)
"""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time


class Chromium:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="chromium.")
        self.ident = 0
        self.events = []
        self.buffer = b""

    def __enter__(self):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
                  for fd in (theirs_in, theirs_out)]
        os.close(theirs_in)
        os.close(theirs_out)

        flags = ["--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-quic", "--no-first-run", "--hide-scrollbars",
                 "--disable-background-networking", "--disable-sync",
                 "--disable-component-update", "--disable-dev-shm-usage",
                 "--remote-debugging-pipe", "--user-data-dir=" + self.dir]
        # It reads descriptor 3 and writes 4, which may be anything's here.
        self.process = subprocess.Popen(
            ["bash", "-c", 'exec "$@" 3<&%d- 4>&%d-' % tuple(theirs), "-",
             "chromium"] + flags + ["about:blank"], pass_fds=theirs,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for fd in theirs:
            os.close(fd)
        self.reader, self.writer = ours_in, ours_out
        self.session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget",
                                 targetId=page["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.reader)
        os.close(self.writer)
        shutil.rmtree(self.dir, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            got = os.read(self.reader, 1 << 20)
            if not got:
                raise RuntimeError("chromium has gone")
            self.buffer += got
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.ident += 1
        message = {"id": self.ident, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            m = self.receive()
            if m.get("id") == self.ident:
                if "error" in m:
                    raise RuntimeError("%s: %s" % (method, m["error"]))
                return m["result"]
            if "method" in m:
                self.events.append(m)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.loaded()

    def loaded(self, seconds=20):
        self.until("document.readyState === 'complete'", seconds)

    def js(self, expression):
        r = self.call("Runtime.evaluate", expression=expression,
                      returnByValue=True, awaitPromise=True)
        return r["result"].get("value")

    def until(self, expression, seconds=20):
        """Whether the expression became true in time."""
        stop = time.monotonic() + seconds
        while time.monotonic() < stop:
            try:
                if self.js(expression):
                    return True
            except RuntimeError:
                pass    # between two pages
            time.sleep(0.05)
        return False

    def type(self, text):
        self.call("Input.insertText", text=text)

    def key(self, key, code=0, text=None):
        down = {"type": "keyDown", "key": key, "windowsVirtualKeyCode": code}
        if text:
            down["text"] = text
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                  windowsVirtualKeyCode=code)

    def tab(self):
        self.key("Tab", 9)

    def enter(self):
        self.key("Enter", 13, "\r")

    def size(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=scale, mobile=False)

    def dark(self, is_dark):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if is_dark else "light"}])

    def script(self, is_on):
        self.call("Emulation.setScriptExecutionDisabled", value=not is_on)

    def languages(self, value):
        self.call("Network.setExtraHTTPHeaders",
                  headers={"Accept-Language": value})

    def shot(self, path):
        # A page from right to left that is shorter than the window would be
        # drawn shifted.
        is_long = self.js("document.documentElement.scrollHeight"
                          " > innerHeight")
        r = self.call("Page.captureScreenshot", format="png",
                      captureBeyondViewport=is_long)
        with open(path, "wb") as f:
            f.write(base64.b64decode(r["data"]))

    def complaints(self):
        """What the console had to say so far, emptied."""
        self.js("0")
        said = [e["params"]["entry"]["text"] for e in self.events
                if e["method"] == "Log.entryAdded"
                and e["params"]["entry"]["level"] in ("error", "warning")]
        said += [str(e["params"]) for e in self.events
                 if e["method"] == "Runtime.exceptionThrown"]
        self.events = []
        return said
