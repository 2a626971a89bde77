/*
 * calloffer account: shows accounts, which is the bridge's own program's to do
 * (admin/programs); invites somebody to leave means of payment for one, shows
 * whether they were left, and forgets them.
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/db.h"
#include "lib/entry.h"
#include "lib/frame.h"

#include "admin/command.h"
#include "admin/programs.h"
#include "admin/talk.h"
#include "admin/text.h"

#include "admin/account.h"

#define BODY_MAX	4096
#define KEY_SIZE	(TERMS_ADDRESS_MAX + 2)

static int
fail(int status, const char *what)
{
	fprintf(stderr, "calloffer: %s\n", what);
	return status;
}

/* The value of one key of the compiled table.  0, or -1: there is none. */
static int
look_up(struct db_txn *txn, const char *key, struct entry *e)
{
	char why[256];
	struct db_value v;

	if (db_get(txn, 0, key, strlen(key) + 1, &v) != DB_OK || v.len == 0)
		return -1;
	return entry_parse(e, v.data, v.len - 1, why, sizeof(why));
}

/* Who may offer so, by the table of this place: the address, or its domain. */
static int
find_entry(const struct place *place, const char *address, struct entry *e)
{
	char path[PATH_MAX], key[KEY_SIZE], why[512];
	const char *what;
	struct db_txn *txn;
	struct db *db;
	int rc = -1;

	snprintf(path, sizeof(path), "%s/offerors.lmdb", place->confdir);
	if (entry_key(address, strlen(address), key, sizeof(key), &what) != 0)
		return -1;
	db = db_open(path, DB_READ, NULL, 0, why, sizeof(why));
	if (db == NULL)
		return -1;
	if (db_begin(db, &txn, 0) == DB_OK) {
		rc = look_up(txn, key, e);
		if (rc != 0 && strchr(key, '@') != NULL)
			rc = look_up(txn, strchr(key, '@'), e);
		db_abort(txn);
	}
	db_close(db);
	return rc;
}

/* One question and its answer, which is borrowed from the conversation. */
static int
converse(struct talk *talk, uint8_t verb, struct buf *body,
    struct frame *answer)
{
	char why[512] = "out of memory";

	if (buf_ok(body) && talk_ask(talk, verb, body, why,
	    sizeof(why)) == 0 && talk_hear(talk, answer, why, sizeof(why)) ==
	    0)
		return EX_OK;
	return fail(EX_UNAVAILABLE, why);
}

static int
say_outcome(uint8_t outcome)
{
	static const struct {
		int		 status;
		const char	*words;
	} says[ASK_INVITE_OUTCOMES] = {
		[ASK_INVITE_DONE] = { EX_OK, NULL },
		[ASK_INVITE_NO_ACCOUNT] = { EX_DATAERR,
		    "the bridge knows no such account" },
		[ASK_INVITE_NO_PAGE] = { EX_DATAERR, "nobody is named who "
		    "pays for this account: payer in bridge.conf" },
		[ASK_INVITE_NO_MAIL] = { EX_CONFIG, "the bridge sends no mail: "
		    "smtp in bridge.conf, or -p, and hand the link over "
		    "yourself" },
		[ASK_INVITE_ADDRESS] = { EX_DATAERR,
		    "no mail can go to that address" },
		[ASK_INVITE_STORE_FULL] = { EX_TEMPFAIL,
		    "the bridge's journal has no room" }
	};

	return says[outcome].words == NULL ? EX_OK :
	    fail(says[outcome].status, says[outcome].words);
}

static int
invite(struct talk *talk, const struct ask_invite *ask)
{
	struct ask_invited out;
	struct frame answer;
	char when[TEXT_TIME_SIZE];
	struct buf body;
	int status;

	buf_init(&body, BODY_MAX);
	ask_put_invite(&body, ask);
	status = converse(talk, ASK_INVITE, &body, &answer);
	buf_free(&body);
	if (status != EX_OK)
		return status;
	if (ask_get_invited(&out, answer.body, answer.len) == -1)
		return fail(EX_PROTOCOL, "the bridge's answer cannot be read");
	if (out.outcome != ASK_INVITE_DONE)
		return say_outcome(out.outcome);
	text_when(out.until, when);
	if (ask->is_shown)
		printf("%s\n", out.link);
	else
		printf("%s is invited, for account %s, until %s\n",
		    ask->address, ask->account, when);
	return EX_OK;
}

static int
binding(struct talk *talk, const char *account, int is_forget)
{
	struct ask_bound ask = { .is_forget = (uint8_t)is_forget };
	struct ask_binding out;
	struct frame answer;
	char when[TEXT_TIME_SIZE];
	struct buf body;
	int status;

	if (strlen(account) > TERMS_ACCOUNT_MAX)
		return fail(EX_USAGE, "no account has so long a name");
	snprintf(ask.account, sizeof(ask.account), "%s", account);
	buf_init(&body, BODY_MAX);
	ask_put_bound(&body, &ask);
	status = converse(talk, ASK_BOUND, &body, &answer);
	buf_free(&body);
	if (status != EX_OK)
		return status;
	if (ask_get_binding(&out, answer.body, answer.len) == -1)
		return fail(EX_PROTOCOL, "the bridge's answer cannot be read");
	if (out.outcome != ASK_INVITE_DONE)
		return say_outcome(out.outcome);
	text_when(out.at, when);
	if (out.is_bound)
		printf("%s: left with %s by %s, %s\n", account, out.payer,
		    out.address, when);
	else
		printf("%s: no means of payment have been left\n", account);
	return EX_OK;
}

/* -1: say which account. */
static int
fill(const struct place *place, struct ask_invite *ask, const char *address)
{
	struct entry e;
	int is_known;

	if (strlen(address) > TERMS_ADDRESS_MAX)
		return -1;
	snprintf(ask->address, sizeof(ask->address), "%s", address);
	is_known = find_entry(place, address, &e) == 0;
	if (ask->account[0] == '\0' && is_known)
		snprintf(ask->account, sizeof(ask->account), "%s", e.account);
	if (ask->lang[0] == '\0')
		snprintf(ask->lang, sizeof(ask->lang), "%s", is_known ?
		    e.lang : "en");
	return ask->account[0] != '\0' ? 0 : -1;
}

static int
with_talk(const struct place *place, const struct ask_invite *ask,
    const char *account, int is_forget)
{
	struct talk *talk;
	char why[512];
	int status;

	talk = talk_open(place->socket, why, sizeof(why));
	if (talk == NULL)
		return fail(EX_UNAVAILABLE, why);
	status = ask != NULL ? invite(talk, ask) : binding(talk, account,
	    is_forget);
	talk_close(talk);
	return status;
}

static int
run_invite(const struct place *place, int argc, char **argv)
{
	struct ask_invite ask;
	int ch;

	memset(&ask, 0, sizeof(ask));
	while ((ch = getopt(argc, argv, "+a:l:p")) != -1)
		if (ch == 'p')
			ask.is_shown = 1;
		else if (ch == 'a' && strlen(optarg) < sizeof(ask.account))
			snprintf(ask.account, sizeof(ask.account), "%s",
			    optarg);
		else if (ch == 'l' && strlen(optarg) < sizeof(ask.lang))
			snprintf(ask.lang, sizeof(ask.lang), "%s", optarg);
		else
			return COMMAND_USAGE;
	if (argc - optind != 1)
		return COMMAND_USAGE;
	if (fill(place, &ask, argv[optind]) != 0)
		return fail(EX_USAGE, "that address is not in the offerors "
		    "table: say which account, -a ACCOUNT");
	return with_talk(place, &ask, NULL, 0);
}

static int
run(const struct place *place, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "invite") == 0) {
		optind = 0;
		return run_invite(place, argc - 1, argv + 1);
	}
	if (strcmp(word, "means") == 0 || strcmp(word, "forget") == 0)
		return argc != 3 ? COMMAND_USAGE :
		    with_talk(place, NULL, argv[2], word[0] == 'f');
	return programs_account.run(place, argc, argv);
}

const struct command account_command = {
	"account", "[NAME | invite ADDRESS | means NAME | forget NAME]",
	"show accounts, and how they pay",
	"Shows the accounts as the bridge's configuration has them, or one.\n"
	"\n"
	"  invite [-p] [-a ACCOUNT] [-l LANGUAGE] ADDRESS\n"
	"             mails a link by which means of payment are left with\n"
	"             the account's payer.  The account is the address's in\n"
	"             the offerors table, or ACCOUNT; -p prints the link\n"
	"             instead\n"
	"  means NAME says who has left some, and when\n"
	"  forget NAME\n"
	"             pays no more by what was left\n",
	run
};
