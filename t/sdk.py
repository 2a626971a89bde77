"""What we send to providers, by the vendors' own libraries: each document is
built anew by them, verb by verb, in their own types, and must come out the
same."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as xml

import tap

NUMBERS = ("numDigits", "timeout", "timeLimit", "maxParticipants")
BOOLEANS = ("startConferenceOnEnter", "endConferenceOnExit")
LISTS = ("input",)
VERBS = {"Gather": "gather", "Play": "play", "Say": "say",
         "Redirect": "redirect", "Dial": "dial", "Conference": "conference"}


def get():
    """The folder of the libraries; None where npm cannot have them."""
    if not shutil.which("npm"):
        return None
    r = subprocess.run(["t/sdk/get"], capture_output=True, text=True,
                       timeout=300, check=False)
    return os.path.abspath(r.stdout.strip()) if r.returncode == 0 else None


def typed(name, value):
    if name in NUMBERS:
        return int(value)
    if name in BOOLEANS:
        return {"true": True, "false": False}[value]
    return value.split() if name in LISTS else value


def verbs(element, parent, lines):
    """The calls of their library that make what is in the element."""
    for child in element:
        name = "v%d" % len(lines)
        args = [json.dumps({k: typed(k, v) for k, v in child.items()})]
        if child.text is not None and not len(child):
            args.append(json.dumps(child.text))
            if args[0] == "{}":
                args.pop(0)
        lines.append("const %s = %s.%s(%s);" % (
            name, parent, VERBS[child.tag], ", ".join(args)))
        verbs(child, name, lines)


def twiml_script(documents):
    out = ['import VoiceResponse = require("twilio/lib/twiml/'
           'VoiceResponse");', "const out: string[] = [];"]
    for text in documents:
        lines = ["const v0 = new VoiceResponse();"]
        verbs(xml.fromstring(text), "v0", lines)
        out += ["{", *lines, "out.push(v0.toString());", "}"]
    return "\n".join(out + ["console.log(JSON.stringify(out));"])


def ncco_script(documents):
    """By position, as their constructors have it: what they do not know has
    no place."""
    out = ['import { NCCOBuilder, Input, Stream, Talk, Conversation } from '
           '"@vonage/voice/dist/lib/ncco";', "const out: unknown[] = [];"]
    for text in documents:
        out.append("{ const b = new NCCOBuilder();")
        for a in json.loads(text):
            if a["action"] == "input":
                args = [a["dtmf"], None, a["eventUrl"][0], a["eventMethod"]]
                kind = "Input"
            elif a["action"] == "stream":
                args = [a["streamUrl"][0], None, a["bargeIn"]]
                kind = "Stream"
            elif a["action"] == "talk":
                args = [a["text"], a["bargeIn"], None, None, a["language"]]
                kind = "Talk"
            else:
                args = [a["name"], None, None, a["endOnExit"]]
                kind = "Conversation"
            out.append("b.addAction(new %s(%s));" % (kind, ", ".join(
                "undefined" if x is None else json.dumps(x) for x in args)))
        out.append("out.push(b.build()); }")
    return "\n".join(out + ["console.log(JSON.stringify(out));"])


def bxml_verb(element):
    """The call of their library that makes it; its attributes are typed by
    them, and what they do not know does not compile."""
    args = json.dumps({k: int(v) if k in ("maxDigits", "firstDigitTimeout")
                       else v for k, v in element.items()})
    if element.tag == "Gather":
        rest = [args, "[%s]" % ", ".join(map(bxml_verb, element))]
    else:
        rest = [json.dumps(element.text), args]
    return "new Bxml.%s(%s)" % (element.tag, ", ".join(rest))


def bxml_script(documents):
    out = ['import { Bxml } from "bandwidth-sdk/dist/models/bxml";',
           "const out: string[] = [];"]
    for text in documents:
        root = xml.fromstring(text)
        out.append("out.push(new Bxml.%s([%s]).toBxml());" % (
            root.tag, ", ".join(map(bxml_verb, root))))
    return "\n".join(out + ["console.log(JSON.stringify(out));"])


def build(folder, script):
    """(what was built, what the compiler or the library says)."""
    with tempfile.TemporaryDirectory(dir=folder) as here:
        with open(os.path.join(here, "d.ts"), "w", encoding="utf-8") as f:
            f.write(script)
        bin_ = os.path.join(folder, "node_modules/.bin")
        said = subprocess.run(
            [os.path.join(bin_, "tsc"), "--strict", "--skipLibCheck",
             "--module", "commonjs", "--target", "es2020",
             "--lib", "es2020,dom", "--outDir", here, here + "/d.ts"],
            capture_output=True, text=True, check=False, timeout=120)
        if said.returncode:
            return [], said.stdout.splitlines()
        run = subprocess.run(["node", here + "/d.js"], capture_output=True,
                             text=True, check=False, timeout=60)
        return (json.loads(run.stdout), []) if run.returncode == 0 \
            else ([], run.stderr.splitlines())


def check(documents, faults, member):
    """Documents by the vendor's own library, in which they must come out the
    same; and one in which this member is misspelt."""
    folder = get()
    if folder is None:
        tap.note("the vendor's library cannot be had")
        return
    tap.check(faults(folder, documents) if len(documents) > 7
              else ["only %d documents" % len(documents)],
              "%d kinds of documents, as the vendor's library makes them"
              % len(documents))
    wrong = next(d for d in documents if member in d).replace(
        member, member[:-1])
    tap.same(bool(faults(folder, [wrong])), True,
             "a misspelt member would be seen")


def kinds(documents):
    """One of each, whatever call it is of."""
    return sorted({re.sub("co-[0-9a-f]{32}", "co-" + 32 * "0", d)
                   for d in documents})


def twiml_faults(folder, documents):
    """Complaints about these documents."""
    built, bad = build(folder, twiml_script(documents))
    return bad or [x for x, y in zip(documents, built)
                   if xml.canonicalize(x) != xml.canonicalize(y)]


def bxml_faults(folder, documents):
    built, bad = build(folder, bxml_script(documents))
    return bad or [x for x, y in zip(documents, built)
                   if xml.canonicalize(x) != xml.canonicalize(y)]


def ncco_faults(folder, documents):
    built, bad = build(folder, ncco_script(documents))
    return bad or [x for x, y in zip(documents, built)
                   if json.loads(x) != y]


# Stripe: forms, in its own types.

STRIPE = (("POST", r"/v1/payment_intents$", "PaymentIntentCreateParams"),
          ("POST", r"/v1/payment_intents/\w+/capture$",
           "PaymentIntentCaptureParams"),
          ("POST", r"/v1/payment_intents/\w+/cancel$",
           "PaymentIntentCancelParams"),
          ("GET", r"/v1/payment_intents$", "PaymentIntentListParams"),
          ("GET", r"/v1/payment_intents/\w+$", "PaymentIntentRetrieveParams"),
          ("POST", r"/v1/checkout/sessions$", "Checkout.SessionCreateParams"),
          ("GET", r"/v1/checkout/sessions/\w+$",
           "Checkout.SessionRetrieveParams"))


def unfold(fields):
    """{"a[b][c]": "1", "d[0]": "x"} as {"a": {"b": {"c": "1"}}, "d": ["x"]}."""
    out = {}
    for name, value in fields.items():
        at, keys = out, re.findall(r"[^\[\]]+", name)
        if name.endswith("[]"):
            keys.append("0")
        for k in keys[:-1]:
            at = at.setdefault(k, {})
        at[keys[-1]] = value
    return listed(out)


def listed(x):
    if not isinstance(x, dict):
        return x
    if x and all(k.isdigit() for k in x):
        return [listed(x[k]) for k in sorted(x, key=int)]
    return {k: listed(v) for k, v in x.items()}


def stripe_typed(x):
    """Numbers and truths as such; whatever we name ourselves stays text."""
    def one(k, v):
        if isinstance(v, dict):
            return v if k == "metadata" else {
                n: one(n, w) for n, w in v.items()}
        if k in ("amount", "amount_to_capture", "limit"):
            return int(v)
        return {"true": True, "false": False}.get(v, v) \
            if isinstance(v, str) else v
    return {k: one(k, v) for k, v in x.items()}


def stripe_faults(folder, asked, answered=()):
    """Complaints about requests (method, path, fields), which must have a
    type; and about answers, which may lack members but invent none."""
    lines, out = ['import Stripe from "stripe";'], []
    for n, (method, path, fields) in enumerate(asked):
        kind = next((k for m, p, k in STRIPE
                     if m == method and re.match(p, path)), None)
        if kind is None:
            out.append("%s %s: there is no such request" % (method, path))
            continue
        lines.append("const r%d: Stripe.%s = %s;" % (
            n, kind, json.dumps(stripe_typed(unfold(fields)))))
    parts = [("Checkout.Session" if "/checkout/" in path else
              "PaymentIntent", dict(what)) for path, what in answered]
    parts += [("SetupIntent", what.pop("setup_intent")) for _, what in parts
              if isinstance(what.get("setup_intent"), dict)]
    for n, (kind, what) in enumerate(parts):
        lines.append("const a%d: Partial<Stripe.%s> = %s;" % (
            n, kind, json.dumps(what)))
    lines.append("console.log(JSON.stringify([]));")
    return out + build(folder, "\n".join(lines))[1]
