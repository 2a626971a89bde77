#!/usr/bin/python3
"""Calls that are paid in advance, with the programs as shipped and a real
Asterisk: 90 seconds of credit are 90 seconds of talk, the statement shows it
to the unit, and who has nothing left is refused without a word about it.

A minute of talk costs 0.60 on each leg, by the second: 0.02 a second.
"""
import csv
import io
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import offeree
import stack
import tap

CREDIT_S = 90
RATES = "prefix,minute,rounding\n4420794655,0.60,1/1\n"
YES = "answer:200 1:900"        # picks up, presses 1
A, B, BUSY, OTHER = ("+4420794655%02d" % n for n in (10, 20, 30, 40))
PRICELESS = "+442079461234"
PLAYED = "act=play leg=b outcome=done"
ALL_OF = re.compile(r"EUR|balance|credit|money|paid|1\.80|0\.00", re.I)


def rows(s):
    r = s.tool("ledger", "export")
    return list(csv.DictReader(io.StringIO(r.stdout)))


def left(s):
    for line in s.tool("ledger").stdout.splitlines():
        if line.startswith("customer:sales"):
            return line.split()[-1]
    return "none"


def balanced(s):
    """Complaints where entries and accounts differ."""
    sums, bad, number = {}, [], 0
    for e in rows(s):
        number += 1
        if int(e["number"]) != number:
            bad.append("entry %s comes as number %d" % (e["number"], number))
        for side, sign in (("debit", -1), ("credit", 1)):
            sums[e[side]] = sums.get(e[side], 0) + sign * float(e["amount"])
    told = {}
    for line in s.tool("ledger").stdout.splitlines()[1:]:
        cells = line.split()
        told[cells[0]] = float(cells[3]) - float(cells[2])
    if {k: round(v, 6) for k, v in sums.items()} != \
            {k: round(v, 6) for k, v in told.items()}:
        bad.append("entries %s, accounts %s" % (sums, told))
    if round(sum(told.values()), 6) != 0:
        bad.append("debits are not credits: %s" % told)
    return bad


def refusal(s, link, number):
    """The words of the page."""
    visit = s.visit(link)
    _, page = visit.open()
    time.sleep(2.1)
    status, _, text = visit.submit(page, number)
    return "%d %s" % (status, offeree.Page(text).text())


def test_refused(s):
    said = refusal(s, s.mint("alice@example.com", B), A)
    tap.check([] if said.startswith("503") else [said],
              "without any credit: refused")
    tap.check(ALL_OF.findall(said), "and the page says nothing of money")
    tap.same(s.calls(), [], "nothing is recorded")
    r = s.tool("ledger", "topup", "nobody", "1")
    tap.same(r.returncode, 65, "an account that is none cannot be topped up")


def test_topup(s):
    token = "01a0c450-6c00-7000-8000-000000000001"
    for n in range(2):
        r = s.tool("ledger", "-i", token, "topup", "sales",
                   "%.2f" % (0.02 * CREDIT_S), 'by bank, "first"')
        tap.same(r.returncode, 0, "topped up: " + r.stdout.strip())
    tap.same(left(s), "1.80", "the same id counts once")


def test_free(s):
    """Who is not bridged pays nothing."""
    page = s.visit(s.mint("alice@example.com", BUSY))
    _, end = page.follow(page.accept(A), limit=40)
    tap.same((end, left(s)), ("b-busy", "1.80"), "B is busy: it is free")
    said = refusal(s, s.mint("alice@example.com", PRICELESS), A)
    tap.check([] if said.startswith("422") else [said],
              "a destination without a price is not rung")


def test_talk(s):
    visit = s.visit(s.mint("alice@example.com", B))
    page = visit.accept(A)
    visit.follow(page, "talking", 40)
    began = time.monotonic()
    tap.same(left(s), "0.00", "all there is is held")
    said = refusal(s, s.mint("alice@example.com", BUSY), OTHER)
    tap.check([] if said.startswith("503") else [said],
              "meanwhile a second call is refused")
    n = s.log("bridge").count(PLAYED)
    _, end = visit.follow(page, limit=CREDIT_S + 30)
    talked = time.monotonic() - began
    tap.same(end, "talked", "the money ends it")
    tap.check([] if CREDIT_S - 3 < talked < CREDIT_S + 3 else
              ["%.1f s" % talked], "after %d seconds" % CREDIT_S)
    tap.same(s.log("bridge").count(PLAYED) - n, 1, "B was told before")
    stack.wait_for(lambda: not s.channels(), 5)
    tap.same(s.channels(), [], "both telephones are free")


def test_statement(s):
    r = s.tool("ledger", "statement", "sales")
    said = [line.split() for line in r.stdout.splitlines()[1:]]
    call = [w for w in said if "call" in w]
    tap.same(len(call), 1, "the statement has one call")
    tap.same((call or [[""] * 9])[0][-4:-1], ["-1.80", "0.00", "0.00"],
             "to the unit: what it cost, nothing held, nothing left")
    took = [e for e in rows(s) if e["kind"] == "call"]
    tap.same([(e["debit"], e["credit"], e["amount"], e["held"])
              for e in took],
             [("customer:sales", "revenue", "1.80", "-1.80")],
             "the export says so too")
    said = refusal(s, s.mint("alice@example.com", B), A)
    tap.check([] if said.startswith("503") else [said],
              "the next acceptance is refused")
    tap.check(ALL_OF.findall(said), "and reveals nothing of the balance")
    tap.check(balanced(s), "debits are credits, and entries have no gaps")


def main():
    rates = stack.folder() + "/rates.csv"
    with open(rates, "w") as f:
        f.write(RATES)
    account = """ring = 5s
	max = 10m
	least = 5s
	payer = prepaid
	currency = EUR
	rates = "%s"
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_client_10min = 1000""" % rates
    with stack.Stack(STACK_ACCOUNT=account) as s:
        for number in (A, B, OTHER):
            s.robot(number, YES)
        s.robot(BUSY, "s486:200")
        test_refused(s)
        test_topup(s)
        test_free(s)
        test_talk(s)
        test_statement(s)
    tap.finish()


main()
