#!/usr/bin/python3
"""An offeree without a browser: opens the link, fills in the form as it
stands on the page, accepts, and follows the call's page to its end.

	t/offeree.py LINK NUMBER [--via HOST:PORT] [--until STAGE] [--quiet]

As a module: Visit(link, via).accept(number) gives the address of the call's
page.  Nothing is assumed of a page but its forms: what a hidden field holds
goes back as it is, what has to be typed is the field of type tel or the one
that asks for digits.
"""
import argparse
import html.parser
import http.client
import sys
import time
import urllib.parse


class Page(html.parser.HTMLParser):
    """Forms, headings and data attributes of one page."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.heading, self.data, self.words = [], "", {}, []
        self._form = None
        self._in = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        for k, v in a.items():
            if k.startswith("data-"):
                self.data[k[5:]] = v
        if tag not in ("input", "meta", "link", "br", "hr", "img"):
            self._in.append(tag)
        if tag == "form":
            self._form = {"action": a.get("action", ""), "fields": {},
                          "method": a.get("method", "get").lower(),
                          "typed": []}
            self.forms.append(self._form)
        if tag in ("input", "button") and self._form is not None \
                and a.get("name"):
            kind = a.get("type", "text")
            self._form["fields"][a["name"]] = a.get("value", "")
            if kind == "tel" or a.get("inputmode") in ("tel", "numeric"):
                self._form["typed"].append(a["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        if "h1" in self._in:
            self.heading += data
        if not {"script", "style", "title"} & set(self._in):
            self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


class Visit:
    """One browser's visit; `via` is where the web server really listens."""

    def __init__(self, link, via=None, timeout=20):
        u = urllib.parse.urlsplit(link)
        self.host = u.netloc
        self.origin = "%s://%s" % (u.scheme, u.netloc)
        self.path = u.path
        self.via = via or u.netloc
        self.timeout = timeout

    def ask(self, method, path, fields=None, headers=None):
        c = http.client.HTTPConnection(self.via, timeout=self.timeout)
        h = {"Host": self.host, "Accept-Language": "en"}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            h["Content-Type"] = "application/x-www-form-urlencoded"
            h["Origin"] = self.origin
            h["Sec-Fetch-Site"] = "same-origin"
        h.update(headers or {})
        c.request(method, path, body, h)
        r = c.getresponse()
        text = r.read().decode("utf-8", "replace")
        c.close()
        return r.status, dict((k.lower(), v) for k, v in r.getheaders()), text

    def open(self):
        status, _, text = self.ask("GET", self.path)
        return status, Page(text)

    def submit(self, page, number):
        """Fills in and sends the page's first form that posts."""
        form = next(f for f in page.forms if f["method"] == "post")
        fields = dict(form["fields"])
        for name in form["typed"]:
            fields[name] = number
        path = urllib.parse.urljoin(self.path, form["action"] or self.path)
        return self.ask("POST", path, fields)

    def accept(self, number, wait=2.1):
        """Gives the path of the call's page, or raises with its heading."""
        status, page = self.open()
        if status != 200:
            raise RuntimeError("%d %s" % (status, page.heading.strip()))
        time.sleep(wait)
        for _ in range(3):
            status, headers, text = self.submit(page, number)
            if status == 303:
                return urllib.parse.urlsplit(headers["location"]).path
            page = Page(text)
            if status != 200 or not page.forms:
                break
        raise RuntimeError("%d %s" % (status, page.heading.strip()))

    def look(self, path):
        """The call's page: (stage word, end word, page)."""
        _, _, text = self.ask("GET", path)
        page = Page(text)
        return page.data.get("stage", ""), page.data.get("end", ""), page

    def follow(self, path, until="ended", limit=120, tell=None):
        """Looks until the stage (or the end) is there."""
        last, stop = None, time.time() + limit
        while time.time() < stop:
            stage, end, page = self.look(path)
            if (stage, end) != last:
                last = (stage, end)
                if tell:
                    tell(stage, end, page)
            if stage == until or stage == "ended":
                return stage, end
            time.sleep(0.2)
        raise RuntimeError("the call's page still says %s" % (last,))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("link")
    p.add_argument("number")
    p.add_argument("--via")
    p.add_argument("--until", default="ended")
    p.add_argument("--wait", type=float, default=2.1)
    p.add_argument("--quiet", action="store_true")
    a = p.parse_args()

    def tell(stage, end, page):
        if not a.quiet:
            print("page: %s%s - %s" % (stage, " (%s)" % end if end else "",
                                       page.heading.strip()), flush=True)

    v = Visit(a.link, a.via)
    try:
        path = v.accept(a.number, a.wait)
        print("call: %s" % path, flush=True)
        v.follow(path, a.until, tell=tell)
    except (RuntimeError, OSError) as e:
        print("offeree: %s" % e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
