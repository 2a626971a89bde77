#!/usr/bin/python3
"""The simulation sees what it is there for: the bridge is broken on purpose,
each time in another place, and each time what must never be is seen.

A break is a patch to a copy of the sources: what is there, and what is put in
its place.  It must be there exactly once.  Then the things that must be seen;
with -o the simulation looks for that one alone.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap  # noqa: E402

B = os.path.abspath(os.environ.get("B", "build"))
CALLS = "200000"	# most are seen in the first hundred

BREAKS = [
    ("a RING whose outcome is unknown is repeated", "machine.c",
     "\t\tl->tries = 0;\n\t\tstep_look(s, leg);\n\t\tbreak;\n\t}\n}",
     "\t\twas_not_rung(s, leg, 1);\n\t\tbreak;\n\t}\n}",
     ["a telephone is rung twice"]),
    ("after a start B is rung again", "machine.c",
     "\t\tstep_finish(s, ASK_END_UNKNOWN);\n",
     "\t\tif (c->leg[LEG_B].state == CALL_LEG_ASKED)\n"
     "\t\t\tstep_ring(s, LEG_B);\n"
     "\t\telse\n\t\t\tstep_finish(s, ASK_END_UNKNOWN);\n",
     ["a telephone is rung twice"]),
    ("the same acceptance counts again", "journal_lmdb.c",
     "\tif (found != DB_NOT_FOUND)\n\t\treturn found == DB_OK ?",
     "\tif (found != DB_NOT_FOUND && found != DB_OK)\n"
     "\t\treturn found == DB_OK ?",
     ["an acceptance is judged wrongly", "a telephone is rung twice"]),
    ("an offer may have several calls at once", "journal_lmdb.c",
     "\tif (u->is_open)\n", "\tif (0)\n",
     ["an acceptance is judged wrongly", "two legs A of one offer"]),
    ("a bound offer is anybody's", "journal_lmdb.c",
     "\tif (a->is_bound && u->spent > 0 &&", "\tif (0 &&",
     ["an acceptance is judged wrongly"]),
    ("B is rung when A answers", "step.c",
     "\ts->c->leg[leg].n_wrong = 0;\n\tstep_prompt(s, leg);\n",
     "\ts->c->leg[leg].n_wrong = 0;\n\tstep_prompt(s, leg);\n"
     "\tif (leg == LEG_A)\n\t\tstep_ring(s, LEG_B);\n",
     ["B is rung before A's key 1", "B is rung and no use is spent",
      "B was rung and no use is spent"]),
    ("a use is spent by the acceptance", "machine.c",
     "\ts->c->accepted_at = s->ev->wall;\n",
     "\ts->c->accepted_at = s->ev->wall;\n\ts->c->is_spent = 1;\n",
     ["a use is spent without A's key 1"]),
    ("key 1 spends nothing", "step.c",
     "\ts->c->is_spent = 1;\n", "",
     ["a key 1 has no effect", "bridged and no use is spent"]),
    ("whoever hangs up gets the use back", "step.c",
     "\ts->c->end = (uint8_t)end;\n",
     "\ts->c->end = (uint8_t)end;\n\ts->c->is_spent = 0;\n",
     ["a spent use is given back"]),
    ("a use is spent by each record", "uses.c",
     "c->is_spent && !was->is_spent;", "c->is_spent;",
     ["the ledger of uses is wrong", "more uses are spent than there were"]),
    ("no use is ever spent", "uses.c",
     "\t\tu.spent++;\n", "\t\t;\n",
     ["an acceptance is judged wrongly", "the ledger of uses is wrong"]),
    ("the end does not free the offer", "uses.c",
     "\t\tu.is_open = 0;\n", "\t\t;\n",
     ["a use is held for ever"]),
    ("B's answer is consent enough", "step.c",
     "\ts->c->leg[leg].n_wrong = 0;\n\tstep_prompt(s, leg);\n",
     "\ts->c->leg[leg].n_wrong = 0;\n\tif (leg == LEG_B)\n"
     "\t\tstep_bridge(s);\n\telse\n\t\tstep_prompt(s, leg);\n",
     ["bridged without both keys"]),
    ("a revoked offer is accepted", "journal_lmdb.c",
     "r = l->has_revoked ? rows_is_revoked(l->txn, &what) : JOURNAL_OK;",
     "r = JOURNAL_OK; (void)what;",
     ["an acceptance is judged wrongly",
      "rung or bridged after the revocation"]),
    ("a revocation ends no call", "driver.c",
     "\t\tmove_by(e, CALL_REVOKE);\n", "",
     ["revoked, and the call goes on",
      "rung or bridged after the revocation"]),
    ("the steps of an act go on after its end", "exchange.c",
     "\treturn x->owner.is_wanted == NULL ||", "\treturn 1 ||",
     ["rung or bridged after its end"]),
    ("talking has no limit", "step.c",
     "\tc->due_ms = at_talk_s(c, c->limit_s);\n", "",
     ["they talk beyond the limit"]),
    ("ringing has no limit", "machine.c",
     "\t\tstep_finish(s, ASK_END_A_NO_ANSWER);\n", "\t\t;\n",
     ["a call does not end in its time"]),
    ("whoever is not found is not looked for again", "step.c",
     "\tl->due_ms = step_in_ms(s, pause_ms", "\t(void)(pause_ms",
     ["a call is not over in its time",
      "the world does not come to its end"]),
    ("who may yet be rung is not waited for", "step.c",
     "\t    s->ev->now_ms - l->asked_ms < late_ms)",
     "\t    late_ms < 0)",
     ["ended while a leg may yet appear"]),
    ("an old answer makes a leg count as gone", "machine.c",
     "\t} else if (c->leg[leg].is_news) {", "\t} else if (0) {",
     ["ended while a leg is there"]),
    ("a HANG that nobody answered counts", "machine.c",
     "\tif (r->outcome == PROVIDER_DONE)\n"
     "\t\ts->c->leg[leg].due_ms = step_in_ms(s, HUNG_MS);",
     "\tif (r->outcome != PROVIDER_DONE)\n"
     "\t\tis_gone(s, leg, STEP_UNSEEN);",
     ["ended while a leg is there", "a leg is left up"]),
    ("a leg is gone and nothing is said of the end", "machine.c",
     "\telse\n\t\tstep_finish(s, end);\n}\n\nstatic void\nhas_pressed",
     "\telse\n\t\tstep_close(s);\n}\n\nstatic void\nhas_pressed",
     ["ended without an end"]),
    ("A's way out is shut", "machine.c",
     "\tcase CALL_ASKING_A:\n\tcase CALL_RINGING_B:\n"
     "\tcase CALL_ASKING_B:\n\tcase CALL_BRIDGING:\n"
     "\t\tstep_finish(s, is_revoked",
     "\tcase CALL_ASKING_A:\n\t\tbreak;\n\tcase CALL_RINGING_B:\n"
     "\tcase CALL_ASKING_B:\n\tcase CALL_BRIDGING:\n"
     "\t\tstep_finish(s, is_revoked",
     ["cancelled, and it goes on"]),
    ("who is bridged is told goodbye", "machine.c",
     "\t\tstep_talk(s);\n", "\t\tstep_part(s, ASK_END_PROVIDER);\n",
     ["both agreed, and they do not talk"]),
    ("whoever is not rung is asked for for ever", "machine.c",
     "++l->tries < TRIES_MAX) {\n\t\tl->due_ms", "1) {\n\t\tl->due_ms",
     ["a telephone is asked for too often"]),
    ("whoever refuses is the last to be asked", "step.c",
     "\t\tif ((may & ~l->tried & 1u << i) != 0) {", "\t\tif (0) {",
     ["nobody knows why it ended though all was well"]),
    ("B goes by anybody", "step.c",
     "leg == LEG_A ? UINT8_MAX :", "leg <= LEG_B ? UINT8_MAX :",
     ["B is rung where A cannot be joined with it"]),
    ("B goes by the first of the list", "step.c",
     "\ts->c->leg[LEG_B].route_at = s->c->leg[LEG_A].route_at;\n", "",
     ["B is rung where A cannot be joined with it"]),
    ("B's provider is not kept", "record.c",
     "\tbytes_put_text(b, c->b_provider);\n", "\tbytes_put_text(b, \"\");\n",
     ["ended while a leg is there"]),
    ("whoever is gone was never rung", "step.c",
     "\tif (!e->is_unrung || l->is_rung ||", "\tif (0 ||",
     ["a telephone is rung twice"]),
    ("nobody is left alone", "pace.c",
     "\tif (until_ms > p->hold_ms)\n", "\tif (0)\n",
     ["asked though it wants to be left alone"]),
    ("calls begin as they come", "pace.c",
     "\tif (per_s <= 0)\n", "\tif (per_s >= 0)\n",
     ["calls begin faster than they are taken"]),
    ("what has waited is not asked for again", "exchange.c",
     "\t\tif (!is_wanted(x))\n\t\t\tnot_wanted(x, &reply);\n\t\telse if",
     "\t\tif",
     ["rung or bridged after its end"]),
    ("what went well is unknown", "step.c",
     "\t\tstep_finish(s, ASK_END_A_NO_KEY);\n",
     "\t\tstep_finish(s, ASK_END_UNKNOWN);\n",
     ["nobody knows why it ended though all was well"]),
    ("a provider that answers is not ready", "lines.c",
     "\tset_ready(line, 1, \"\");\n",
     "\tset_ready(line, index_of(line) == 0, \"\");\n",
     ["no provider though all are there"]),
    ("A's number is B's", "outbox.c",
     "a->leg == LEG_A ? &acc->a : &acc->b;", "&acc->a;",
     ["another number is rung"]),
    ("a RING does not wait for its record", "driver.c",
     "\t\tring = OUTBOX_HOLD;\n", "\t\tring = OUTBOX_RING;\n",
     ["rung without its intent on record", "B is rung and no use is spent"]),
    ("a full journal makes calls all the same", "batch.c",
     "\t\ta->refusal = ASK_STORE_FULL;\n\t\ta->is_new = 0;\n",
     "\t\ta->refusal = ASK_STORE_FULL;\n",
     ["rung without a record", "refused, and a telephone rang",
      "a telephone rang for nothing"]),
    ("a failed commit is an acceptance", "batch.c",
     "\tif (r != JOURNAL_OK && is_new) {\n\t\trefuse(b);\n",
     "\tif (r != JOURNAL_OK && is_new) {\n",
     ["accepted, and this is not in the journal",
      "an acceptance is lost"]),
    ("a good commit is refused", "batch.c",
     "\tif (r != JOURNAL_OK && is_new) {\n", "\tif (is_new) {\n",
     ["refused, and it is in the journal", "full though there is room"]),
    ("what is not durable is over", "driver.c",
     "\tif (e->c.is_dirty) {\n\t\ttouch(e);\n",
     "\tif (e->c.is_dirty && e->c.state != CALL_ENDED) {\n\t\ttouch(e);\n",
     ["ended, and this is not durable"]),
    ("what is not durable is told", "driver.c",
     "\tif (e->c.is_dirty) {\n\t\ttouch(e);\n",
     "\tif (e->c.is_dirty) {\n\t\twatch_tell(&e->watches, &e->c);\n"
     "\t\ttouch(e);\n",
     ["somebody is told what is not durable"]),
    ("the end is not told", "driver.c",
     "\twatch_tell(&e->watches, &e->c);\n\tif (d->conf.ended",
     "\tif (d->conf.ended",
     ["somebody waits for an end that has come"]),
    ("acceptances while the clock is set back", "batch.c",
     "\treturn clock_wall() >= b->journal->op->high(b->journal) -"
     " CLOCK_BACK_S;", "\treturn b->journal != NULL;",
     ["accepted while the clock is set back"]),
    ("none while it is right", "batch.c",
     "op->high(b->journal) - CLOCK_BACK_S;",
     "op->high(b->journal) + CLOCK_BACK_S;",
     ["stopped though the clock is right"]),
    ("the high water is not kept", "journal_lmdb.c",
     "int is_due = wall >= l->high_kept + HIGH_STEP_S;", "int is_due = 0;",
     ["the high water is wrong"]),
    ("a leap of the clock is not kept", "journal_lmdb.c",
     "int is_jump = l->high != 0 &&", "int is_jump = 0 &&",
     ["an open call is not found after a start"]),
    ("the state of leg B is not kept", "record.c",
     "\tbuf_u8(b, c->leg[1].state);\n", "\tbuf_u8(b, 0);\n",
     ["the journal is not what was committed"]),
    ("calls are forgotten when they are over", "sweep.c",
     "last_time(&c) + w->keep_s < w->wall", "last_time(&c) < w->wall",
     ["a call is lost"]),
    ("nobody looks at what an account has", "ledger_lmdb.c",
     "left = ledger_available(a) - h->fare.floor;", "left = a->credits;",
     ["an acceptance is judged wrongly", "an account is below its floor",
      "more is held wrongly"]),
    ("a rest is held that pays for no second", "ledger_lmdb.c",
     "\t\trest = call_cost(f, tariff_seconds(f->rate, 2, f->hold + left,\n"
     "\t\t    c->acc.max_s));\n", "\t\trest = f->hold + left;\n",
     ["more is held wrongly"]),
    ("it is all that is asked for, or nothing", "ledger_lmdb.c",
     "\t\tif (rest <= f->hold)\n\t\t\treturn", "\t\treturn",
     ["more is held wrongly"]),
    ("a hold reserves nothing", "ledger_lmdb.c",
     "\te.held = amount;\n", "\te.held = 0;\n",
     ["an account has not what it must have"]),
    ("one side is not written", "ledger_lmdb.c",
     "\tcredit->credits += e->amount;\n", "",
     ["debits are not credits"]),
    ("the cost is not kept", "ledger_lmdb.c",
     "\th->cost = c->cost;\n", "",
     ["the journal is not what was committed",
      "an account has not what it must have"]),
    ("a top-up counts each time", "ledger_lmdb.c",
     "\tif (r != JOURNAL_NOT_FOUND)\n\t\treturn r == JOURNAL_OK ? "
     "JOURNAL_SAME : r;\n", "",
     ["a top-up counts twice"]),
    ("who pays is forgotten by a start", "journal_lmdb.c",
     ".is_open_only = 1,\n\t    .fill = ledger_lmdb_get, .fn",
     ".is_open_only = 1,\n\t    .fn",
     ["who pays for an open call is forgotten"]),
    ("the end resolves nothing", "till.c",
     "\tset(c, c->cost > 0 ? CALL_PAY_TAKEN : CALL_PAY_FREE);\n}",
     "\tc->cost = 0;\n}",
     ["they have talked, and it costs nothing"]),
    ("who does not talk pays", "till.c",
     "\tif (c->talk_at != 0)\n", "\tif (c->talk_at >= 0)\n",
     ["nobody has talked, and it costs"]),
    ("nothing is settled", "till.c",
     "\treturn c->pay == CALL_PAY_NONE || c->pay >= CALL_PAY_TAKEN;",
     "\treturn c->pay < CALL_PAYS;",
     ["ended, and its hold is not resolved"]),
    ("A is rung while who pays is asked", "machine.c",
     "s->ev->now_ms) == TILL_HELD)\n", "s->ev->now_ms) != TILL_DECLINED)\n",
     ["rung or bridged, and nothing is held"]),
    ("who says no has agreed", "till.c",
     "\tcase PAYER_REFUSED:\n\t\treturn is_declined",
     "\tcase PAYER_REFUSED:\n\t\treturn is_held(c, now_ms);\n"
     "\t\treturn is_declined",
     ["rung or bridged, and he has not agreed"]),
    ("who may have agreed is asked again", "till.c",
     "\tc->pay_tries = TRIES_MAX;", "\tc->pay_tries = 0;",
     ["asked to hold again, though it is not known"]),
    ("what may be on its way is not waited for", "till.c",
     "(r->found != PAYER_GONE ||", "(r->found <= PAYER_IS_REFUSED ||",
     ["money is held for ever"]),
    ("what was paid counts as free", "till.c",
     "\tif (r->outcome == PAYER_DONE)\n\t\treturn resolve(c, "
     "CALL_PAY_TAKEN);", "\tif (r->outcome == PAYER_DONE)\n\t\treturn "
     "resolve(c, CALL_PAY_FREE);",
     ["he has paid, and the ledger knows not"]),
    ("who has not answered has paid", "till.c",
     "\tif (r->outcome == PAYER_REFUSED)\n\t\treturn resolve(c, "
     "CALL_PAY_LOST);\n\treturn later(c, now_ms);\n}\n\n/*\n * What",
     "\treturn resolve(c, CALL_PAY_TAKEN);\n}\n\n/*\n * What",
     ["the ledger says paid, and he has not"]),
    ("all that is held is taken", "outbox.c",
     "\t\task.intent.amount = c->cost;\n", "",
     ["asked to pay, and this is not on record"]),
    ("who pays is asked before it is on record", "outbox.c",
     "\t\t\tif (ring != OUTBOX_HOLD)\n", "\t\t\tif (ring <= OUTBOX_DROP)\n",
     ["asked to free, and this is not on record",
      "asked to pay, and this is not on record"]),
    ("providers let them talk for as long as they may ever", "outbox.c",
     "- (int)(acc->max_s -\n\t    call_paid_s(c))", "",
     ["a leg may be up for longer than is held for"]),
    ("a raise counts whatever the payer says", "till.c",
     "\tint is_more = r->outcome == PAYER_DONE && ",
     "\tint is_more = ",
     ["a leg may be up for longer than is held for",
      "he pays more than was held"]),
    ("what may be held is asked for again after a start", "step.c",
     "c->limit_s < c->acc.max_s &&\n\t    c->raise == 0)",
     "c->limit_s < c->acc.max_s)",
     ["asked for more again, though it is not known"]),
    ("more is asked for before it is on record", "till.c",
     "\t    c->acc.max_s);\n\tc->is_dirty = 1;\n", "\t    c->acc.max_s);\n",
     ["asked to hold more, and this is not on record"]),
    ("what is asked for is not kept", "ledger_record.c",
     "\t\tput_amount(b, h->raise);\n", "\t\tput_amount(b, 0);\n",
     ["the journal is not what was committed"]),
    ("a raise is free of charge", "ledger_lmdb.c",
     "\t\th->fare.hold = c->raise;\n\treturn r;", "\t\t;\n\treturn r;",
     ["the journal is not what was committed"]),
    ("that somebody listens is good for ever", "listener.c",
     "now_ms - l->asked_ms <= LISTENER_GOOD_MS;", "1;",
     ["rung, and nobody may listen"]),
    ("a young stream is as good as another", "listener.c",
     "now_ms - l->since_ms >= LISTENER_YOUNG_MS &&", "1 &&",
     ["rung, and nobody may listen"]),
    ("what was said before the stream fell holds", "exchange.c",
     "is_deaf = is_unheard(x)", "is_deaf = 0 && is_unheard(x)",
     ["rung, and nobody may listen"]),
    ("whoever talks talks on", "step.c",
     "\tc->limit_s = call_paid_s(c);\n\tc->due_ms",
     "\tc->limit_s = c->acc.max_s;\n\tc->due_ms",
     ["they talk beyond the limit"]),
]


def make(tree):
    r = subprocess.run(
        ["make", "-s", "-C", tree, "B=build", "OPT=-O1", "WARN=", "CWARN=",
         "build/t/sim/sim"], capture_output=True, text=True)
    return r.stderr.splitlines()[-3:] if r.returncode else []


def copy(tree):
    """The sources, and what was built of them, so that little is built."""
    shutil.copy2("GNUmakefile", tree)
    for d in ("lib", "bridge-client", "t/sim"):
        shutil.copytree(d, os.path.join(tree, d))
        shutil.copytree(os.path.join(B, d), os.path.join(tree, "build", d))
    for a in ("lib.a", "bridge-client.a"):
        shutil.copy2(os.path.join(B, a), os.path.join(tree, "build", a))


def patch(path, old, new):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.count(old) != 1:
        return ["the patch fits in %d places of %s" % (text.count(old), path)]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))
    return []


def sim(tree, calls, seed, wrong):
    r = subprocess.run(
        [os.path.join(tree, "build/t/sim/sim"), "-n", calls, "-s", seed,
         "-o", wrong], capture_output=True, text=True, timeout=300)
    return r.returncode, r.stderr


def look(tree, wrong):
    """Complaints when this is not seen, and again by the seed it names."""
    status, said = sim(tree, CALLS, "1", wrong)
    again = re.search(r"make sim SEED=(\d+) CALLS=1$", said, re.M)
    if status != 1 or wrong not in said or again is None:
        return ["not seen in %s calls: %s (%d)" % (CALLS, wrong, status)] + \
            said.splitlines()[-3:]
    if sim(tree, "1", again.group(1), wrong) != (status, said):
        return ["not seen again: " + line for line in said.splitlines()]
    return []


def try_break(tree, name, file, old, new, seen):
    where, = glob.glob("bridge-client/*/" + file)
    source = os.path.join(tree, where)
    built = os.path.join(tree, "build", where[:-1] + "o")
    for path in (source, built):
        shutil.copy2(path, path + ".kept")
    bad = patch(source, old, new) or make(tree)
    for wrong in [] if bad else seen:
        bad += look(tree, wrong)
    for path in (source, built):
        shutil.move(path + ".kept", path)
    os.utime(built, (time.time(), time.time()))
    tap.check(bad, name)


def main():
    with tempfile.TemporaryDirectory() as tree:
        copy(tree)
        tap.check(make(tree), "a copy is built")
        for one in BREAKS:
            if len(sys.argv) < 2 or sys.argv[1] in one[0]:
                try_break(tree, *one)
    tap.finish()


main()
