#!/usr/bin/python3
"""mail.py send HOST:PORT LOGIN PASSWORD FROM TO < MESSAGE
	submits a message by SMTP AUTH; a refusal is told as the server said it

mail.py show FILE
	what a reader sees of a message: its headers of interest, its text part

mail.py link FILE
	the one link of the call offer, the same in every alternative

mail.py html FILE
	its HTML part
"""
import email
import email.policy
import re
import smtplib
import sys

LINK = re.compile(r"https?://[^\s\"'<>]+/o/[A-Za-z0-9_-]+")


def send(where, login, password, sender, recipient):
    host, port = where.rsplit(":", 1)
    message = re.sub(rb"\r?\n", b"\r\n", sys.stdin.buffer.read())
    try:
        with smtplib.SMTP(host, int(port), timeout=30) as s:
            s.ehlo("demo.example")
            s.login(login, password)
            s.sendmail(sender, [recipient], message)
    except smtplib.SMTPResponseException as e:
        print(e.smtp_code, e.smtp_error.decode("utf-8", "replace"),
              file=sys.stderr)
        return 1
    except smtplib.SMTPRecipientsRefused as e:
        print(e.recipients, file=sys.stderr)
        return 1
    return 0


def read(path):
    with open(path, "rb") as f:
        return email.message_from_binary_file(f, policy=email.policy.default)


def part(message, kind):
    for p in message.walk():
        if p.get_content_type() == kind and not p.is_attachment():
            return p.get_content()
    return ""


def show(path):
    m = read(path)
    for name in ("From", "To", "Subject", "X-Call-Offer"):
        for value in m.get_all(name, []):
            print("%s: %s" % (name, value))
    print()
    print(part(m, "text/plain").rstrip())
    return 0


def link(path):
    m = read(path)
    seen = set()
    for kind in ("text/plain", "text/html"):
        text = part(m, kind)
        found = set(LINK.findall(text))
        if text and len(found) != 1:
            print("mail: %d links in %s" % (len(found), kind),
                  file=sys.stderr)
            return 1
        seen |= found
    if len(seen) != 1:
        print("mail: %d links" % len(seen), file=sys.stderr)
        return 1
    print(seen.pop())
    return 0


def html(path):
    print(part(read(path), "text/html"))
    return 0


if __name__ == "__main__":
    verbs = {"send": send, "show": show, "link": link, "html": html}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))
