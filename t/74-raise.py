#!/usr/bin/python3
"""More is held while they talk, with the programs as shipped and a real
Asterisk: the first hold pays for two minutes; a minute before these are over
as much again is to be held, and as there is less, all there is; Asterisk and we
let them go on, and what they did not use is theirs again.

A minute of talk costs 0.60 on each leg, by the second: 0.02 a second.
"""
import csv
import io
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stack
import tap

TALK_S = 132
RATES = "prefix,minute,rounding\n4420794655,0.60,1/1\n"
YES = "answer:200 1:900"        # picks up, presses 1
A, B = "+442079465510", "+442079465520"


def entries(s):
    r = s.tool("ledger", "export")
    return [e for e in csv.DictReader(io.StringIO(r.stdout))
            if e["kind"] != "top-up"]


def held(s):
    """What is held of the customer's, in order of time."""
    return [(e["kind"], e["held"]) for e in entries(s)]


def main():
    rates = stack.folder() + "/rates.csv"
    with open(rates, "w") as f:
        f.write(RATES)
    account = """ring = 5s
	max = 10m
	least = 5s
	payer = prepaid
	hold_for = 2m
	currency = EUR
	rates = "%s"
	""" % rates
    with stack.Stack(STACK_ACCOUNT=account) as s:
        s.robot(A, YES)
        s.robot(B, YES + " hang:%d" % (TALK_S * 1000))
        s.tool("ledger", "topup", "sales", "4")
        visit = s.visit(s.mint("alice@example.com", B))
        page = visit.accept(A)
        visit.follow(page, "talking", 40)
        began = time.monotonic()
        tap.same(held(s), [("hold", "2.40")], "two minutes are held")
        stack.wait_for(lambda: len(held(s)) > 1, 70)
        at = time.monotonic() - began
        tap.same(held(s)[1:], [("hold", "1.60")], "then what there is")
        tap.check([] if 55 < at < 65 else ["%.1f s" % at],
                  "a minute before they are over")
        _, end = visit.follow(page, limit=TALK_S)
        talked = time.monotonic() - began
        tap.same(end, "talked", "they end it themselves")
        tap.check([] if TALK_S - 3 < talked < TALK_S + 3 else
                  ["%.1f s" % talked], "after %d seconds" % TALK_S)
        kind, back = held(s)[-1]
        tap.same((kind, back), ("call", "-4.00"), "nothing is held any more")
        paid = [float(e["amount"]) for e in entries(s) if e["kind"] == "call"]
        tap.check([] if 0.02 * (TALK_S - 3) < paid[0] < 0.02 * (TALK_S + 3)
                  else paid, "what they talked is paid for, no more")
    tap.finish()


main()
