#!/usr/bin/python3
"""Templates of the button as an administrator has them: checked when they are
loaded, chosen by the entry, taken anew by SIGHUP; and the button that they
make looked at by t/mailcheck.py."""
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailcheck  # noqa: E402
import mta  # noqa: E402
from miltertalk import Session  # noqa: E402
from stack import B, wait_for  # noqa: E402
from tap import check, finish, same  # noqa: E402

os.chdir(mta.ROOT)

OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example" login=alice
sales@example.com to=+442079460123 name="Sales" login=alice template=sales
"""
SALES = """\
[html]
<div dir="{direction}">
<p><a href="{url}" style="color:#0b5cad">{icon}&nbsp;<b>{label}</b></a><br>
{caption}</p></div>
[en]
label = Talk to our sales \u2019desk\u2019
[de]
label = Verkauf anrufen
text = Den Verkauf anrufen:
"""
MAIL = """\
From: %s\r
To: bob@example.net\r
Message-ID: <x@example.com>\r
X-Call-Offer: %s\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
Hello\r
--b\r
Content-Type: text/html\r
\r
<p>Hello</p>\r
--b--\r
"""


def put(folder, name, text):
    with open("%s/%s.template" % (folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def run_check(milter):
    """-n: its status, and its one line."""
    r = subprocess.run([B + "/calloffer-milter", "-n", "-c", milter.conf],
                       capture_output=True, text=True)
    return r.returncode, r.stderr.strip()


def refusals(milter, folder):
    """Which line of which file."""
    bad = "%s/bad.template" % folder
    line = 1 + open(milter.conf).read().split("\n").index(
        'templates = "%s"' % folder)
    where = "%s:%d: templates: " % (milter.conf, line)
    for text, fault in (
            ("[en]\nlabel = {x}\n", 2),
            ("[html]\n\n<div dir=\"{direction}\"><a href=\"{url}\">{label}</a>"
             "\n<script>x</script>{caption}</div>", 4),
            ("# x\n[text]\n{text}\n{url}\nsee https://x\n.\n", 6),
            ("\xff\n", 1)):
        put(folder, "bad", text)
        status, said = run_check(milter)
        check([] if status == 78 and "\n" not in said and
              "%s%s:%d: " % (where, bad, fault) in said else
              ["%s: %s" % (status, said)], "refused: %r" % text)
    os.unlink(bad)
    os.rename(folder + "/sales.template", folder + "/sale.template")
    status, said = run_check(milter)
    check([] if status == 78 and
          "sales@example.com: there is no template sales" in said else [said],
          "an entry that names a template that is not there")
    os.rename(folder + "/sale.template", folder + "/sales.template")
    same(run_check(milter), (0, ""), "all is well")


def rewritten(milter, sender, value):
    data = (MAIL % (sender, value)).encode()
    status, out, said = milter.rewrite(data)
    seen = mailcheck.look(data, out)
    bad = seen.bad + ([] if len(seen.edits) == 2 else [said])
    return bad, {e.kind: e.block for e in seen.edits}


def chosen(milter):
    shipped = "Call me - open this link to be connected by phone:"
    for sender, value, html, plain in (
            ("alice@example.com", "yes", "Call me</span>", shipped),
            ("sales@example.com", "yes",
             "<b>Talk to our sales &#8217;desk&#8217;</b>", shipped),
            ("sales@example.com", "yes; lang=de", "<b>Verkauf anrufen</b>",
             "Den Verkauf anrufen:"),
            ("sales@example.com", "yes; lang=ar", '<div dir="rtl">\r\n<p>',
             shipped),
            ("sales@example.com", "yes; lang=xx", "<b>Talk to", shipped)):
        bad, block = rewritten(milter, sender, value)
        what = "%s, %s" % (sender, value)
        check(bad, what + ": a message as it should be")
        check([] if html in block.get("html", "") else [block],
              what + ": its HTML")
        check([] if plain in block.get("plain", "") else [block],
              what + ": its text")


def shown(milter):
    """The label that a mail through the running milter gets."""
    fields = [line.encode() + b"\r\n" for line in (
        "From: sales@example.com", "X-Call-Offer: yes",
        "Content-Type: text/html")]
    with Session(milter.socket) as s:
        s.start()
        r = s.mail(fields, b"<p>Hello</p>\r\n")
    found = re.search(rb"<b>([^<]*)</b>", r.data)
    return found and found.group(1).decode()


def hup(milter, said):
    before = len(milter.log())
    milter.child.send_signal(signal.SIGHUP)
    return wait_for(lambda: re.search(said, milter.log()[before:]))


def reloads(milter, folder):
    milter.start()
    put(folder, "sales", SALES.replace("Talk to", "Ring"))
    same(shown(milter)[:4], "Talk", "a new file is not looked at by itself")
    put(folder, "other", "[en]\ncolour = x\n")
    check([] if hup(milter, r"reload refused, the old configuration stays: "
                    r".*/other\.template:2: a key is") else [milter.log()],
          "SIGHUP, a bad one: refused, with file and line")
    same(shown(milter)[:4], "Talk", "the old ones stay in force, all of them")
    os.unlink(folder + "/other.template")
    check([] if hup(milter, r"reloaded .*: offerors=2 templates=1\b")
          else [milter.log()], "SIGHUP: taken")
    same(shown(milter)[:4], "Ring", "and in force")
    # A table that names what is not there is refused when it comes, too.
    with open(milter.dir + "/offerors", "a") as f:
        f.write("x@example.com to=+442079460123 template=other\n")
    subprocess.run([B + "/calloffer", "offerors", milter.dir + "/offerors"],
                   check=True, stdout=subprocess.DEVNULL)
    check([] if wait_for(lambda: re.search(
        r"the new table is refused.*x@example\.com: there is no template "
        r"other", milter.log())) else [milter.log()],
        "a new table that names a template that is not there")
    same(shown(milter)[:4], "Ring", "the old table stays")
    milter.stop()
    same(milter.child.returncode, 0, "it ends well")


def main():
    home = mta.folder()
    folder = home + "/templates"
    os.mkdir(folder)
    put(folder, "sales", SALES)
    milter = mta.Milter(home, OFFERORS, 'templates = "%s"' % folder)
    refusals(milter, folder)
    chosen(milter)
    reloads(milter, folder)


main()
finish()
