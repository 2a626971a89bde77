/* Who may offer, and what: From, logins, networks, the table's modes. */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "milter/mailbox.h"
#include "milter/net.h"
#include "milter/policy.h"
#include "milter/settings.h"
#include "milter/table.h"
#include "milter/word.h"
#include "t/tap.h"

static const struct {
	const char	*from, *address;	/* NULL: refused */
} mailboxes[] = {
	{ "", NULL }, { " ", NULL }, { "Alice", NULL }, { "<>", NULL },
	{ "alice@", NULL }, { "@example.com", NULL }, { "a@b@c", NULL },
	{ "a@b, c@d", NULL }, { "a@b c@d", NULL }, { "<a@b>, <c@d>", NULL },
	{ "A <a@b> <c@d>", NULL }, { "c@d <a@b>", NULL },
	{ "\"c@d\" a@b", NULL }, { "Group: a@b;", NULL },
	{ "A <@x:a@b>", NULL }, { "A <a@b", NULL }, { "A a@b>", NULL },
	{ "\"A <a@b>", NULL }, { "(A <a@b>", NULL }, { "\"a\"@b", NULL },
	{ "<\"a b\"@c>", NULL }, { "a@[127.0.0.1]", NULL }, { "a..b@c", NULL },
	{ ".a@b", NULL }, { "a.@b", NULL }, { "a@b..c", NULL },
	{ "a@.b", NULL }, { "a@b.", NULL }, { "A <a @b>", NULL },
	{ "A <a@b>x", NULL }, { "a@b\nc@d", NULL }, { "A, B <a@b>", NULL },
	{ "A\\ <a@b>", NULL }, { "<a@b\n>", NULL },
	{ "alice@example.com", "alice@example.com" },
	{ " Alice@Example.COM\t", "alice@example.com" },
	{ "Alice <alice@example.com>", "alice@example.com" },
	{ "<alice@example.com>", "alice@example.com" },
	{ "\"Doe, Alice\" <alice@example.com>", "alice@example.com" },
	{ "\"<c@d>\" <a@b>", "a@b" }, { "\"x\\\"<c@d>\" <a@b>", "a@b" },
	{ "(<c@d>) a@b (e@f)", "a@b" }, { "(x (y\\)) z) <a@b>", "a@b" },
	{ "Dr. A. Doe [Sales] <a+tag@b>", "a+tag@b" },
	{ "=?utf-8?q?=3Cc=40d=3E?= <a@b>", "a@b" },
	{ "Alice\r\n <alice@example.com>", "alice@example.com" },
	{ "D\xc3\xb6" "e <d\xc3\xb6@b\xc3\xa4r.de>",
	    "d\xc3\xb6@b\xc3\xa4r.de" },
};

static void
check_mailboxes(void)
{
	char address[MAILBOX_MAX + 1], longest[300];
	size_t i, n;
	int rc;

	for (i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++) {
		n = strlen(mailboxes[i].from);
		rc = mailbox_parse(address, tap_edge(mailboxes[i].from, n),
		    n);
		if (mailboxes[i].address == NULL)
			is_int(rc, -1, "From %zu is refused", i);
		else if (is_int(rc, 0, "From %zu", i))
			is_str(address, mailboxes[i].address, " its address");
	}
	memset(longest, 'a', sizeof(longest));
	longest[200] = '@';
	is_int(mailbox_parse(address, longest, 254), 0, "254 characters");
	is_int(mailbox_parse(address, longest, 255), -1, "not 255");
}

static const struct {
	const char	*subject;
	int		 has;
} subjects[] = {
	{ "", 0 }, { "hello", 0 }, { "[cal]", 0 }, { "call", 0 },
	{ "[call] hello", 1 }, { "hello [CALL]", 1 },
	{ "=?utf-8?q?h=C3=A9_=5Bcall=5D?=", 1 },
	{ "=?UTF-8?B?W2NhbGxd?=", 1 },
	{ "=?utf-8?q?[ca?= =?utf-8?q?ll]?=", 1 },
	{ "=?utf-8?q?[ca?=\r\n =?utf-8?b?bGxd?=", 1 },
	{ "=?utf-8?q?[ca?= ll]", 0 },
	{ "=?utf-8?x?[ca?= =?utf-8?q?ll]?=", 0 },
	{ "=?utf-8?q?[call]", 1 }, { "=?utf-8?q?=5Bcall]", 0 },
	{ "=?", 0 }, { "=?a?b", 0 }, { "=?a?q?" "?=", 0 }, { "=?a?b?!!?=", 0 },
};

static void
check_subjects(void)
{
	size_t i, n;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		n = strlen(subjects[i].subject);
		is_int(word_holds(tap_edge(subjects[i].subject, n), n,
		    "[call]"), subjects[i].has, "subject %zu", i);
	}
	is_int(word_holds("x", 1, ""), 0, "no tag is nowhere");
}

/* The tag taken out of a subject; NULL: left alone. */
static const struct {
	const char	*subject, *left;
} tagged[] = {
	{ "hello", NULL }, { "", NULL }, { "[call]", NULL },
	{ " [call]", NULL }, { " [call] ", NULL },
	{ "=?utf-8?q?[call]?=", NULL },
	{ "=?utf-8?q?x?= [call] =?utf-8?q?y?=", NULL },
	{ "=?iso-2022-jp?b?GyRCJDMbKEIgW2NhbGxd?=", NULL },
	{ "=?shift_jis?q?=83[call]_x?=", NULL },
	{ " [call] x\xe9", NULL },
	{ " [call] hello", " hello" },
	{ " Re: [call] hello", " Re: hello" },
	{ " hello [CALL]", " hello" },
	{ " hello[call]you", " helloyou" },
	{ " [call] hello [call]", " hello [call]" },
	{ " [call] gr\xc3\xbc\xc3\x9f" "e", " gr\xc3\xbc\xc3\x9f" "e" },
	{ "\n [call] hello", "\n hello" },
	{ " a\n [call]\n b", " a\n b" },
	{ " a\r\n\t[call]\r\n b", " a\r\n b" },
	{ " a\n [call]", " a" },
	{ " =?utf-8?q?[call]_h=C3=A9?=", " =?utf-8?q?h=C3=A9?=" },
	{ " =?UTF-8?Q?h=c3=A9_=5Bcall=5D?=", " =?UTF-8?Q?h=c3=A9?=" },
	{ " =?utf-8*de?Q?=5bcall=5d_h=c3=A9?=", " =?utf-8*de?Q?h=c3=A9?=" },
	{ " =?UTF-8?B?W2NhbGxdIGjDqQ==?= x", " =?UTF-8?B?aMOp?= x" },
	{ " =?utf-8?q?[ca?= =?utf-8?b?bGxdIGjDqQ==?=",
	    "  =?utf-8?b?aMOp?=" },
	{ " =?utf-8?q?h=C3=A9_[ca?=\n =?utf-8?q?ll]_x?=",
	    " =?utf-8?q?h=C3=A9_?=\n =?utf-8?q?x?=" },
	{ " [call] =?iso-2022-jp?b?GyRCJDMbKEI=?=",
	    " =?iso-2022-jp?b?GyRCJDMbKEI=?=" },
	{ " =?windows-1252?q?[call]_h=e9?= =?x?y?z",
	    " =?windows-1252?q?h=e9?= =?x?y?z" },
};

static void
check_tags(void)
{
	char dst[256], small[16];
	size_t i;
	int rc;

	for (i = 0; i < sizeof(tagged) / sizeof(tagged[0]); i++) {
		rc = word_remove(dst, sizeof(dst), tagged[i].subject,
		    "[call]");
		if (tagged[i].left == NULL)
			is_int(rc, -1, "left alone: %s", tagged[i].subject);
		else if (is_int(rc, 0, "tagged: %s", tagged[i].subject))
			is_str(dst, tagged[i].left, " what is left");
	}
	is_int(word_remove(small, sizeof(small), " [call] hello, hello",
	    "[call]"), -1, "does not fit");
}

static const struct {
	const char	*net, *address;
	int		 want;		/* -1: no network */
} nets[] = {
	{ "", "::1", -1 }, { "x", "::1", -1 }, { "10.0.0.0/33", "::1", -1 },
	{ "10.0.0.1/8", "::1", -1 }, { "10.0.0.0/", "::1", -1 },
	{ "10.0.0.0/-1", "::1", -1 }, { "::/129", "::1", -1 },
	{ "2001:db8::1/32", "::1", -1 }, { "10.0.0", "::1", -1 },
	{ "127.0.0.1", "127.0.0.1", 1 }, { "127.0.0.1", "127.0.0.2", 0 },
	{ "10.0.0.0/8", "10.255.0.1", 1 }, { "10.0.0.0/8", "11.0.0.1", 0 },
	{ "10.0.0.0/9", "10.127.0.1", 1 }, { "10.0.0.0/9", "10.128.0.1", 0 },
	{ "0.0.0.0/0", "192.0.2.1", 1 }, { "0.0.0.0/0", "::1", 0 },
	{ "192.0.2.0/24", "::ffff:192.0.2.9", 1 },
	{ "::1", "::1", 1 }, { "::1/128", "::2", 0 },
	{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
};

static void
check_nets(void)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	const struct sockaddr *sa;
	struct sockaddr none = { .sa_family = AF_UNIX };
	struct net net;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		memset(&in, 0, sizeof(in));
		memset(&in6, 0, sizeof(in6));
		in.sin_family = AF_INET;
		in6.sin6_family = AF_INET6;
		sa = (struct sockaddr *)&in;
		if (inet_pton(AF_INET, nets[i].address, &in.sin_addr) != 1) {
			sa = (struct sockaddr *)&in6;
			inet_pton(AF_INET6, nets[i].address, &in6.sin6_addr);
		}
		rc = net_parse(&net, nets[i].net);
		is_int(rc == 0 ? net_holds(&net, sa) : -1, nets[i].want,
		    "%s in %s", nets[i].address, nets[i].net);
	}
	is_int(net_holds(&net, &none), 0, "no address at all");
}

/* The table. */
static const struct {
	const char	*key, *value;
} entries[] = {
	{ "@xn--bcher-kva.example", "to=+442079460106" },
	{ "alice@m\xc3\xbcnchen.example", "to=+442079460107" },
	{ "alice@example.com", "to=+442079460101 name=\"Alice Doe\" "
	    "account=sales allow=+44*,sip:*@example.com expires=2d max=20m" },
	{ "always@example.com", "to=+442079460102 mode=always uses=7 "
	    "window=\"Mon-Fri 09:00-17:00 Europe/Berlin\" lang=de" },
	{ "tag@example.com", "to=+442079460103 mode=subject:[call]" },
	{ "boss@example.com", "to=+442079460104 login=sec,boss" },
	{ "@example.org", "to=sip:desk@example.org mode=always" },
};

static struct table *
make_table(void)
{
	static char path[512], why[512];
	const struct table_source source = { .name = path };
	struct table *t = NULL;
	struct db_txn *txn = NULL;
	struct db *db;
	size_t i;
	int rc = 0;

	snprintf(path, sizeof(path), "%s/offerors.lmdb", tap_dir());
	db = db_open(path, DB_WRITE_FILE, NULL, 0, why, sizeof(why));
	if (db != NULL && db_begin(db, &txn, 1) == DB_OK) {
		for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
			rc |= db_put(txn, 0, entries[i].key,
			    strlen(entries[i].key), entries[i].value,
			    strlen(entries[i].value)) != DB_OK;
		rc |= db_commit(txn) != DB_OK;
		db_close(db);
		t = table_open(&source, why, sizeof(why));
	}
	ok(t != NULL && rc == 0, "the table %s", t == NULL ? why : "");
	return t;
}

/* What is not named is as in a usual mail of Alice's. */
struct decision {
	const char		*name;
	struct policy_mail	 mail;
	enum policy_verdict	 verdict;
	enum reason		 reason;
	const char		*text;	/* a part of it */
};

#define MAIL(...) { .login = "alice", .sender = "alice@example.com", \
	.n_recipients = 1, .recipient = "bob@example.net", .n_offers = 1, \
	.offer = " yes", .n_from = 1, .from = " Alice <alice@example.com>", \
	.subject = "", .message_id = "<1@example.com>", __VA_ARGS__ }

#pragma GCC diagnostic ignored "-Woverride-init"
static const struct decision decisions[] = {
	{ "not authenticated", MAIL(.login = NULL), POLICY_PASS,
	    REASON_UNAUTHENTICATED, "" },
	{ "the null sender", MAIL(.sender = ""), POLICY_PASS,
	    REASON_NULL_SENDER, "" },
	{ "resent", MAIL(.is_resent = 1), POLICY_PASS, REASON_RESENT, "" },
	{ "by a program", MAIL(.is_auto = 1), POLICY_PASS, REASON_AUTO, "" },
	{ "to a list", MAIL(.is_list = 1), POLICY_PASS, REASON_LIST, "" },
	{ "twice", MAIL(.n_offers = 2), POLICY_REFUSE, REASON_HEADER,
	    "twice" },
	{ "malformed", MAIL(.offer = " maybe"), POLICY_REFUSE, REASON_HEADER,
	    "write yes, no" },
	{ "malformed, not authenticated", MAIL(.offer = "(", .login = NULL),
	    POLICY_PASS, REASON_UNAUTHENTICATED, "" },
	{ "no", MAIL(.offer = " no"), POLICY_PASS, REASON_DECLINED, "" },
	{ "no From", MAIL(.n_from = 0, .from = ""), POLICY_REFUSE,
	    REASON_FROM, "From" },
	{ "two From", MAIL(.n_from = 2), POLICY_REFUSE, REASON_FROM, "From" },
	{ "two in a From", MAIL(.from = "alice@example.com, a@b"),
	    POLICY_REFUSE, REASON_FROM, "From" },
	{ "nobody in the table", MAIL(.from = "x@example.net"), POLICY_REFUSE,
	    REASON_NOT_OFFEROR, "postmaster" },
	{ "another's login", MAIL(.login = "bob"), POLICY_REFUSE,
	    REASON_LOGIN, "login" },
	{ "another's login, as another", MAIL(.login = "alice",
	    .from = "boss@example.com"), POLICY_REFUSE, REASON_LOGIN,
	    "login" },
	{ "no default login where logins are named",
	    MAIL(.login = "boss@example.com", .from = "boss@example.com"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "a login of another domain", MAIL(.login = "alice@example.org"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "the beginning of a login", MAIL(.login = "ali"), POLICY_REFUSE,
	    REASON_LOGIN, "login" },
	{ "a destination not allowed", MAIL(.offer = "+14155550100"),
	    POLICY_REFUSE, REASON_DESTINATION, "destination" },
	{ "too many recipients", MAIL(.n_recipients = 51), POLICY_REFUSE,
	    REASON_RECIPIENTS, "recipients" },
	{ "more uses than the bridge grants", MAIL(.offer = "yes; uses=11"),
	    POLICY_REFUSE, REASON_HEADER, "uses is at most 10" },
	{ "a longer life", MAIL(.offer = "yes; expires=721h"), POLICY_REFUSE,
	    REASON_HEADER, "expires is at most 30d" },
	{ "hours of no zone", MAIL(.offer =
	    "yes; window=\"Mon-Fri 09:00-17:00 Europe/Berln\""),
	    POLICY_REFUSE, REASON_HEADER, "zone" },
	{ "as much as it grants", MAIL(.offer = "yes; uses=10; expires=30d"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "signed already", MAIL(.is_dkim = 1), POLICY_REFUSE, REASON_DKIM,
	    "DKIM" },
	{ "nobody asked", MAIL(.n_offers = 0, .offer = ""), POLICY_PASS,
	    REASON_NOT_ASKED, "" },
	{ "nobody asked, nobody known", MAIL(.n_offers = 0, .offer = "",
	    .from = "x@y"), POLICY_PASS, REASON_NOT_ASKED, "" },
	{ "always, another's login", MAIL(.n_offers = 0, .offer = "",
	    .from = "always@example.com"), POLICY_PASS, REASON_LOGIN, "" },
	{ "always, not authenticated", MAIL(.n_offers = 0, .offer = "",
	    .login = NULL, .from = "always@example.com"), POLICY_PASS,
	    REASON_NOT_ASKED, "" },
	{ "always, but no", MAIL(.offer = "no", .login = "always",
	    .from = "always@example.com"), POLICY_PASS, REASON_DECLINED,
	    "" },
	{ "always, signed already", MAIL(.n_offers = 0, .offer = "",
	    .is_dkim = 1, .login = "always", .from = "always@example.com"),
	    POLICY_PASS, REASON_DKIM, "" },
	{ "always, too many recipients", MAIL(.n_offers = 0, .offer = "",
	    .n_recipients = 51, .login = "always",
	    .from = "always@example.com"), POLICY_PASS, REASON_RECIPIENTS,
	    "" },
	{ "no tag in the subject", MAIL(.n_offers = 0, .offer = "",
	    .login = "tag", .from = "tag@example.com", .subject = "call"),
	    POLICY_PASS, REASON_NOT_ASKED, "" },

	{ "another domain in letters", MAIL(.from = "x@b\xc3\xbc" "ch.example"),
	    POLICY_REFUSE, REASON_NOT_OFFEROR, "" },
	{ "a domain in letters that is too long", MAIL(.from =
	    "x@b\xc3\xbc" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaa.example"), POLICY_REFUSE, REASON_FROM, "From" },
	{ "a domain in letters, in the table as the DNS has it",
	    MAIL(.from = "Alice@B\xc3\x9c" "cher.example"), POLICY_OFFER,
	    REASON_NONE, "" },
	{ "the login as the DNS has it", MAIL(.login =
	    "alice@xn--bcher-kva.example", .from =
	    "alice@b\xc3\xbc" "cher.example"), POLICY_OFFER, REASON_NONE, "" },
	{ "the login in letters", MAIL(.login =
	    "alice@b\xc3\xbc" "cher.example", .from =
	    "alice@b\xc3\xbc" "cher.example"), POLICY_OFFER, REASON_NONE, "" },
	{ "a domain as the DNS has it", MAIL(.from =
	    "alice@xn--bcher-kva.example"), POLICY_OFFER, REASON_NONE, "" },
	{ "a domain in letters, in postmap's table so",
	    MAIL(.from = "alice+x@m\xc3\xbcnchen.example"), POLICY_OFFER,
	    REASON_NONE, "" },
	{ "yes", MAIL(.login = "alice"), POLICY_OFFER, REASON_NONE, "" },
	{ "the login in full", MAIL(.login = "Alice@Example.com"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "with an extension", MAIL(.from = "alice+x@example.com"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "with an extension, the login in full",
	    MAIL(.from = "alice+x@example.com",
	    .login = "alice@example.com"), POLICY_OFFER, REASON_NONE, "" },
	{ "a login that is named", MAIL(.login = "SEC",
	    .from = "boss@example.com"), POLICY_OFFER, REASON_NONE, "" },
	{ "from a trusted network", MAIL(.login = NULL, .is_trusted = 1),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "a login counts there, too", MAIL(.login = "bob",
	    .is_trusted = 1), POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "an allowed destination", MAIL(.offer = "+442079460999"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "another allowed one", MAIL(.offer = "sip:x@example.com"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "as many recipients as may be", MAIL(.n_recipients = 50),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "always", MAIL(.n_offers = 0, .offer = "", .login = "always",
	    .from = "always@example.com"), POLICY_OFFER, REASON_NONE, "" },
	{ "always, of a domain", MAIL(.n_offers = 0, .offer = "",
	    .login = "x@example.org", .from = "x@example.org"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "a tag in the subject", MAIL(.n_offers = 0, .offer = "",
	    .login = "tag", .from = "tag@example.com",
	    .subject = " Hi [Call]"), POLICY_OFFER, REASON_NONE, "" },
	{ "a header where a tag is usual", MAIL(.login = "tag",
	    .from = "tag@example.com"), POLICY_OFFER, REASON_NONE, "" },
};

/* The same where the sender stands for the login that is not given. */
#define SECOND(...) MAIL(.login = NULL, .is_trusted = 1, __VA_ARGS__)
static const struct decision second_pass[] = {
	{ "another's sender", SECOND(.sender = "bob@example.com"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "a sender of another domain", SECOND(.sender = "alice@example.org"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "a sender without a domain", SECOND(.sender = "alice"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "another's extension", SECOND(.sender = "alice+x@example.com"),
	    POLICY_REFUSE, REASON_LOGIN, "login" },
	{ "another's sender, always", SECOND(.n_offers = 0, .offer = "",
	    .from = "always@example.com"), POLICY_PASS, REASON_LOGIN, "" },
	{ "from an untrusted network", MAIL(.login = NULL), POLICY_PASS,
	    REASON_UNAUTHENTICATED, "" },
	{ "a login counts there, too", MAIL(.login = "bob", .is_trusted = 1),
	    POLICY_REFUSE, REASON_LOGIN, "login" },

	{ "the sender", SECOND(.offer = "yes"), POLICY_OFFER, REASON_NONE,
	    "" },
	{ "the sender, in other letters", SECOND(
	    .sender = "Alice@EXAMPLE.com"), POLICY_OFFER, REASON_NONE, "" },
	{ "the sender of an extension", SECOND(
	    .from = "alice+x@example.com"), POLICY_OFFER, REASON_NONE, "" },
	{ "a sender whose logins are named", SECOND(
	    .sender = "boss@example.com", .from = "boss@example.com"),
	    POLICY_OFFER, REASON_NONE, "" },
	{ "always", SECOND(.n_offers = 0, .offer = "",
	    .sender = "always@example.com", .from = "always@example.com"),
	    POLICY_OFFER, REASON_NONE, "" },
};

static void
check_decisions(const struct settings *set, struct table *t,
    const struct decision *all, size_t n)
{
	const struct decision *d;
	struct policy_answer a;
	size_t i;

	for (i = 0; i < n; i++) {
		d = &all[i];
		policy_decide(&a, set, t, &d->mail);
		is_int(a.verdict, d->verdict, "%s", d->name);
		is_str(reason_word(a.reason), reason_word(d->reason),
		    " for this reason");
		ok(strstr(a.text, d->text) != NULL, " told: %s", a.text);
	}
}

/* What comes of header, entry and mail. */
static void
check_offer(const struct settings *set, struct table *t)
{
	static const struct policy_mail full = MAIL(.offer = " +442079460999;"
	    " expires=3d; uses=2; to=+4930901820; max=10m; lang=fr; ref=42; "
	    "window=\"Sat 10:00-12:00 UTC\""), bare = MAIL(.n_recipients = 3),
	    always = MAIL(.n_offers = 0, .offer = "", .login = "always",
	    .from = "always@example.com", .n_recipients = 3),
	    domain = MAIL(.login = "x", .from = "X@example.org"),
	    many = MAIL(.n_recipients = 11);
	struct settings few = *set;
	struct policy_answer a;

	policy_decide(&a, set, t, &full);
	is_str(a.terms.destination.text, "+442079460999", "the destination");
	is_str(a.terms.offeree.text, "+4930901820", "the offeree");
	is_str(a.terms.offeror, "alice@example.com", "the offeror");
	is_str(a.terms.account, "sales", "the account");
	is_str(a.terms.recipient, "bob@example.net", "the one recipient");
	is_str(a.terms.reference, "42", "the reference");
	is_str(a.terms.lang, "fr", "the language");
	is_int(a.terms.window.days, 0x20, "the hours");
	is_int(a.terms.max_s, 600, "the longest call");
	is_int(a.expires_s, 3 * 86400, "the lifetime");
	is_int(a.uses, 2, "the uses");
	is_str(a.name, "Alice Doe", "the table's name, not the message's");
	is_int(a.is_explicit, 1, "asked for");

	policy_decide(&a, set, t, &bare);
	is_str(a.terms.destination.text, "+442079460101", "the registered");
	is_str(a.terms.recipient, "", "three recipients: none is named");
	is_int(a.uses, 3, "as many uses as recipients");
	is_int(a.expires_s, 2 * 86400, "the entry's lifetime");
	is_int(a.terms.max_s, 1200, "the entry's longest call");
	is_str(a.lang, "en", "the entry's language");

	policy_decide(&a, set, t, &always);
	is_int(a.uses, 7, "the entry's uses");
	is_int(a.terms.window.days, 0x1f, "the entry's hours");
	is_int(a.is_explicit, 0, "not asked for");

	policy_decide(&a, set, t, &many);
	is_int(a.uses, 10, "eleven recipients: as many as the bridge grants");
	few.max_uses = 5;
	few.max_lifetime = 86400;
	policy_decide(&a, &few, t, &always);
	is_int(a.uses, 5, "so also where the entry says more");
	policy_decide(&a, &few, t, &bare);
	is_int(a.expires_s, 86400, "or gives a longer life");

	policy_decide(&a, set, t, &domain);
	is_str(a.name, "x@example.org", "the address where there is no name");
	is_str(a.terms.account, "default", "the default account");
}

static void
check_unfit(struct settings *set, struct table *t)
{
	static const struct policy_mail asked = MAIL(.login = "alice"),
	    always = MAIL(.n_offers = 0, .offer = "", .login = "always",
	    .from = "always@example.com"), list = MAIL(.is_list = 1),
	    dkim = MAIL(.is_dkim = 1);
	struct policy_answer a;

	policy_decide(&a, set, t, &asked);
	policy_unfit(&a, set, REASON_SIGNED);
	is_int(a.verdict, POLICY_REFUSE, "asked for, and signed: refused");
	ok(strstr(a.text, "unsigned") != NULL, "says what to do");
	policy_decide(&a, set, t, &always);
	policy_unfit(&a, set, REASON_SIGNED);
	is_int(a.verdict, POLICY_PASS, "always, and signed: passes");
	policy_decide(&a, set, t, &asked);
	policy_unfit(&a, set, REASON_ERROR);
	is_int(a.verdict, POLICY_FAIL, "a fault of ours is no refusal");
	set->refuses_unfit = 0;
	policy_decide(&a, set, t, &asked);
	policy_unfit(&a, set, REASON_SIGNED);
	is_int(a.verdict, POLICY_PASS, "refuse_unfit = no");
	set->offers_lists = 1;
	policy_decide(&a, set, t, &list);
	is_int(a.verdict, POLICY_OFFER, "offer_to_lists = yes");
	set->offers_dkim = 1;
	policy_decide(&a, set, t, &dkim);
	is_int(a.verdict, POLICY_OFFER, "offer_in_dkim_signed = yes");
}

int
main(void)
{
	char delimiter[] = "+";
	struct settings set = { .recipient_delimiter = delimiter,
	    .max_recipients = 50, .max_uses = 10, .max_lifetime = 30 * 86400,
	    .refuses_unfit = 1 };
	struct table *t;

	check_mailboxes();
	check_subjects();
	check_tags();
	check_nets();
	t = make_table();
	if (t != NULL) {
		check_decisions(&set, t, decisions,
		    sizeof(decisions) / sizeof(decisions[0]));
		set.sender_is_login = 1;
		check_decisions(&set, t, second_pass,
		    sizeof(second_pass) / sizeof(second_pass[0]));
		set.sender_is_login = 0;
		check_offer(&set, t);
		check_unfit(&set, t);
	}
	table_free(t);
	return tap_done();
}
