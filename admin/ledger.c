/*
 * calloffer ledger: what accounts have paid in, and what calls have cost.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/money.h"
#include "lib/scan.h"
#include "lib/token.h"

#include "admin/books.h"
#include "admin/command.h"
#include "admin/talk.h"
#include "admin/text.h"
#include "admin/words.h"

#include "admin/ledger.h"

#define BODY_MAX	1024
#define DAY_S		86400

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer ledger: %s\n", why);
	return status;
}

static int
unreadable(void)
{
	return fail(EX_PROTOCOL, "the bridge's answer cannot be read: is it "
	    "of another version?");
}

static int
is_customer(const char *name)
{
	return strncmp(name, "customer:", 9) == 0;
}

/* All accounts. */

static int
show_account(struct text_table *t, const struct ask_account *a)
{
	char debits[MONEY_TEXT_SIZE], credits[MONEY_TEXT_SIZE],
	    held[MONEY_TEXT_SIZE], left[MONEY_TEXT_SIZE];
	const char *cells[] = { a->name, a->currency, debits, credits, held,
	    left };

	money_text(a->debits, debits);
	money_text(a->credits, credits);
	money_text(is_customer(a->name) ? a->debits_held : a->credits_held,
	    held);
	money_text(a->credits - a->debits - a->debits_held, left);
	if (!is_customer(a->name))
		left[0] = '\0';
	return text_table_add(t, cells, "", TEXT_PLAIN);
}

static int
list_accounts(struct talk *talk)
{
	static const struct text_column columns[] = {
		{ "ACCOUNT", 0, 0 }, { "CURRENCY", 0, 0 }, { "DEBITS", 0, 0 },
		{ "CREDITS", 0, 0 }, { "HELD", 0, 0 }, { "LEFT", 0, 0 },
		{ NULL, 0, 0 }
	};
	struct text_table *t = text_table_new(columns);
	struct ask_account a;
	struct frame frame;
	char why[512];
	int status = EX_OK;

	if (t == NULL || talk_ask(talk, ASK_ACCOUNTS, NULL, why,
	    sizeof(why)) == -1)
		status = fail(EX_UNAVAILABLE, t == NULL ? "out of memory" :
		    why);
	while (status == EX_OK) {
		if (talk_hear(talk, &frame, why, sizeof(why)) == -1)
			status = fail(EX_UNAVAILABLE, why);
		else if (ask_get_account(&a, frame.body, frame.len) == -1)
			status = unreadable();
		else if (a.name[0] == '\0')
			break;
		else if (show_account(t, &a) == -1)
			status = fail(EX_OSERR, "out of memory");
	}
	if (status == EX_OK)
		text_table_print(t);
	text_table_free(t);
	return status;
}

/* Putting money in. */

static int
topup(struct talk *talk, const struct ask_topup *ask)
{
	char id[TOKEN_UUID_SIZE], left[MONEY_TEXT_SIZE];
	char why[512] = "out of memory";
	struct ask_topped answer;
	struct frame frame;
	struct buf body;
	int is_asked;

	token_uuid_text(ask->id, id);
	buf_init(&body, BODY_MAX);
	ask_put_topup(&body, ask);
	is_asked = buf_ok(&body) && talk_ask(talk, ASK_TOPUP, &body, why,
	    sizeof(why)) == 0;
	buf_free(&body);
	if (!is_asked)
		return fail(EX_UNAVAILABLE, why);
	if (talk_hear(talk, &frame, why, sizeof(why)) == -1) {
		fail(EX_UNAVAILABLE, why);
		fprintf(stderr, "It may have been put in.  The same again "
		    "with -i %s counts once.\n", id);
		return EX_UNAVAILABLE;
	}
	if (ask_get_topped(&answer, frame.body, frame.len) == -1)
		return unreadable();
	if (answer.refusal == ASK_TOKEN_BAD)
		return fail(EX_DATAERR, "there is no such account, or it does "
		    "not pay in advance: payer = prepaid in bridge.conf");
	if (answer.refusal != ASK_OK)
		return fail(EX_TEMPFAIL, words_refusal(answer.refusal));
	money_text(answer.available, left);
	printf("%s: %s %s are left to customer:%s\n", answer.is_again ?
	    "has been put in before" : ask->amount < 0 ? "paid out" : "put in",
	    left, answer.currency, ask->account);
	return EX_OK;
}

/* Entries, all of them or from a number on. */

typedef void entry_fn(const struct ask_entry *, void *ctx);

/* A part: `*from` is where the next begins, 0 when there is none. */
static int
fetch_part(struct talk *talk, uint64_t *from, entry_fn *fn, void *ctx)
{
	struct ask_entries ask = { .from = *from };
	struct ask_entry e;
	struct frame frame;
	struct buf body;
	char why[512] = "out of memory";
	int rc = -1;

	buf_init(&body, BODY_MAX);
	ask_put_entries(&body, &ask);
	if (buf_ok(&body))
		rc = talk_ask(talk, ASK_ENTRIES, &body, why, sizeof(why));
	buf_free(&body);
	while (rc == 0 && (rc = talk_hear(talk, &frame, why,
	    sizeof(why))) == 0) {
		if (ask_get_entry(&e, frame.body, frame.len) == -1)
			return unreadable();
		if (e.number == 0) {
			*from = e.at != 0 ? *from : 0;
			return EX_OK;
		}
		fn(&e, ctx);
		*from = e.number + 1;
	}
	return fail(EX_UNAVAILABLE, why);
}

static int
fetch(struct talk *talk, uint64_t from, entry_fn *fn, void *ctx)
{
	int status;

	do
		status = fetch_part(talk, &from, fn, ctx);
	while (status == EX_OK && from != 0);
	return status;
}

/* The statement of one account. */

struct statement {
	char			 name[ASK_ACCOUNT_MAX + 1];
	struct text_table	*table;
	int64_t			 balance, held;
	int			 is_short;	/* of memory */
};

static void
state(const struct ask_entry *e, void *ctx)
{
	struct statement *s = ctx;
	char when[TEXT_TIME_SIZE], amount[MONEY_TEXT_SIZE],
	    held[MONEY_TEXT_SIZE], balance[MONEY_TEXT_SIZE],
	    id[TOKEN_UUID_SIZE];
	const char *cells[] = { when, e->kind, amount, held, balance, id };
	int is_debit = strcmp(e->debit, s->name) == 0;

	if (!is_debit && strcmp(e->credit, s->name) != 0)
		return;
	s->balance += is_debit ? -e->amount : e->amount;
	s->held += e->held;
	text_when(e->at, when);
	money_text(is_debit ? -e->amount : e->amount, amount);
	money_text(s->held, held);
	money_text(s->balance, balance);
	token_uuid_text(e->id, id);
	s->is_short |= text_table_add(s->table, cells, e->note,
	    TEXT_PLAIN) != 0;
}

static int
statement(struct talk *talk, const char *account)
{
	static const struct text_column columns[] = {
		{ "WHEN", 0, 0 }, { "WHAT", 0, 0 }, { "AMOUNT", 0, 0 },
		{ "HELD", 0, 0 }, { "BALANCE", 0, 0 },
		{ "CALL", TEXT_OPTIONAL, 0 }, { NULL, 0, 0 }
	};
	struct statement s = { .table = text_table_new(columns) };
	int status;

	if (s.table == NULL)
		return fail(EX_OSERR, "out of memory");
	if (strchr(account, ':') != NULL || strcmp(account, "revenue") == 0)
		snprintf(s.name, sizeof(s.name), "%s", account);
	else
		snprintf(s.name, sizeof(s.name), "customer:%s", account);
	status = fetch(talk, 0, state, &s);
	if (status == EX_OK && s.is_short)
		status = fail(EX_OSERR, "out of memory");
	if (status == EX_OK)
		text_table_print(s.table);
	text_table_free(s.table);
	return status;
}

/* For an accountant's program: RFC 4180. */

static void
put_quoted(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar((unsigned char)*text < ' ' ? ' ' : *text);
	}
	putchar('"');
}

/* Which entries are wanted. */
struct period {
	uint64_t	 from;		/* -f: a number */
	int64_t		 since, until;	/* -s, -u: from, and before */
	struct books	*books;
	int		 is_short;	/* of memory */
};

/* What comes after the period is left out altogether. */
static int
is_within(struct period *p, const struct ask_entry *e)
{
	int is_in = e->number >= p->from && e->at >= p->since;

	if (e->at >= p->until)
		return 0;
	p->is_short |= books_add(p->books, e, is_in) != 0;
	return is_in;
}

static void
export_one(const struct ask_entry *e, void *ctx)
{
	struct period *p = ctx;
	char amount[MONEY_TEXT_SIZE], held[MONEY_TEXT_SIZE],
	    when[CLOCK_ISO_SIZE], id[TOKEN_UUID_SIZE], debit[MONEY_TEXT_SIZE],
	    credit[MONEY_TEXT_SIZE];

	if (!is_within(p, e))
		return;
	clock_iso(e->at, when);
	money_text(e->amount, amount);
	money_text(e->held, held);
	money_text(books_balance(p->books, e->debit, e->currency), debit);
	money_text(books_balance(p->books, e->credit, e->currency), credit);
	token_uuid_text(e->id, id);
	printf("%llu,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,",
	    (unsigned long long)e->number, when, e->kind, id, e->debit,
	    e->credit, e->currency, amount, held, debit, credit);
	put_quoted(e->note);
	printf("\r\n");
}

static void
count_one(const struct ask_entry *e, void *ctx)
{
	(void)is_within(ctx, e);
}

static void
put_row(void *ctx, const struct books_row *row)
{
	char opening[MONEY_TEXT_SIZE], debits[MONEY_TEXT_SIZE],
	    credits[MONEY_TEXT_SIZE], closing[MONEY_TEXT_SIZE];

	(void)ctx;
	money_text(row->opening, opening);
	money_text(row->debits, debits);
	money_text(row->credits, credits);
	money_text(row->closing, closing);
	printf("%s,%s,%s,%s,%s,%s\r\n", row->account[0] != '\0' ?
	    row->account : "total", row->currency, opening, debits, credits,
	    closing);
}

/* Entries, or what they come to. */
static int
export(struct talk *talk, struct period *p, int is_balances)
{
	int status;

	p->books = books_new();
	if (p->books == NULL)
		return fail(EX_OSERR, "out of memory");
	if (is_balances)
		printf("account,currency,opening,debits,credits,closing\r\n");
	else
		printf("number,time,kind,id,debit,credit,currency,amount,held,"
		    "debit_balance,credit_balance,note\r\n");
	/* from the first one on: balances are of all that was before */
	status = fetch(talk, 0, is_balances ? count_one : export_one, p);
	if (status == EX_OK && p->is_short)
		status = fail(EX_OSERR, "out of memory");
	if (status == EX_OK && is_balances)
		books_each(p->books, put_row, NULL);
	books_free(p->books);
	return status;
}

/* Words. */

struct words {
	const char	*id;		/* -i */
	struct period	 period;
	int		 n;		/* words behind the options */
	char		**word;
	struct ask_topup topup;
};

static int
read_topup(const struct words *w, struct ask_topup *ask)
{
	if (w->n < 3 || w->n > 4 || strlen(w->word[1]) > TERMS_ACCOUNT_MAX)
		return COMMAND_USAGE;
	snprintf(ask->account, sizeof(ask->account), "%s", w->word[1]);
	if (money_read(w->word[2], strlen(w->word[2]), &ask->amount) != 0 ||
	    ask->amount == 0)
		return fail(EX_USAGE, "an amount is a number, as 12.50");
	if (w->n == 4 && (strlen(w->word[3]) > ASK_NOTE_MAX ||
	    !scan_is_printable_utf8(w->word[3], strlen(w->word[3]))))
		return fail(EX_USAGE, "a note has 63 bytes at most");
	if (w->n == 4)
		snprintf(ask->note, sizeof(ask->note), "%s", w->word[3]);
	if (w->id == NULL)
		token_uuid_new(ask->id, clock_wall_ms());
	else if (token_uuid_parse(ask->id, w->id, strlen(w->id)) == -1)
		return fail(EX_USAGE, "-i wants the id of a top-up");
	return EX_OK;
}

/* Before the bridge is asked: EX_OK, COMMAND_USAGE, or another status. */
static int
read_words(struct words *w)
{
	if (w->n == 0 || (strcmp(w->word[0], "statement") == 0 && w->n == 2) ||
	    (w->n == 1 && (strcmp(w->word[0], "export") == 0 ||
	    strcmp(w->word[0], "balances") == 0)))
		return EX_OK;
	if (strcmp(w->word[0], "topup") == 0)
		return read_topup(w, &w->topup);
	return COMMAND_USAGE;
}

static int
run_words(struct talk *talk, struct words *w)
{
	if (w->n == 0)
		return list_accounts(talk);
	switch (w->word[0][0]) {
	case 't':
		return topup(talk, &w->topup);
	case 's':
		return statement(talk, w->word[1]);
	default:
		return export(talk, &w->period, w->word[0][0] == 'b');
	}
}

static int
read_period(struct period *p, int ch, const char *text)
{
	if (ch == 'f')
		return scan_uint(text, strlen(text), UINT32_MAX, &p->from);
	if (ch == 's')
		return clock_read_day(text, &p->since);
	if (ch != 'u' || clock_read_day(text, &p->until) != 0)
		return -1;
	p->until += DAY_S;
	return 0;
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct words w = { .period.until = INT64_MAX };
	struct talk *talk;
	char why[512];
	int ch, status;

	while ((ch = getopt(argc, argv, "+f:i:s:u:")) != -1)
		if (ch == 'i')
			w.id = optarg;
		else if (read_period(&w.period, ch, optarg) != 0)
			return COMMAND_USAGE;
	w.n = argc - optind;
	w.word = argv + optind;
	status = read_words(&w);
	if (status != EX_OK)
		return status;
	talk = talk_open(place->socket, why, sizeof(why));
	if (talk == NULL)
		return fail(EX_UNAVAILABLE, why);
	status = run_words(talk, &w);
	talk_close(talk);
	return status;
}

const struct command ledger_command = {
	"ledger", "[topup ACCOUNT AMOUNT|statement ACCOUNT|export|balances]",
	"what accounts have paid in, and what calls have cost",
	"Without a word, lists the accounts of the ledger.\n\n"
	"  [-i ID] topup ACCOUNT AMOUNT [NOTE]\n"
	"             puts an amount into an account of bridge.conf, or,\n"
	"             where it is less than 0, takes it out.  With -i,\n"
	"             what may have been put in already\n"
	"  statement ACCOUNT\n"
	"             lists what has happened to one account\n"
	"  [-f NUMBER] export\n"
	"             writes every entry, or those from a number on, as\n"
	"             comma-separated values\n"
	"  [-s DAY] [-u DAY] export, balances\n"
	"             those of a period, or what each account had before\n"
	"             it, what was debited and credited, and what is left\n",
	run
};
