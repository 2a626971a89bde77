/*
 * One message through the machine: verdicts, edits, replies, limits; in pieces
 * of every size; and a new configuration while a message is under way.
 */

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/db.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/token.h"
#include "milter/message.h"
#include "milter/site.h"
#include "t/tap.h"

static char why[1024];

static void
make_keys(void)
{
	unsigned char seed[32], pk[32];

	memset(seed, 7, sizeof(seed));
	is_int(key_save(KEY_SIGN, seed, tap_path("sign"), why, sizeof(why)), 0,
	    "a signing key");
	crypto_scalarmult_base(pk, seed);
	is_int(key_save(KEY_SEAL, pk, tap_path("seal"), why, sizeof(why)), 0,
	    "a sealing key");
}

static const char long_domain[] =
    "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbb"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.cccccccccccccccccccccccccccccc"
    "ccccccccccccccccccccc.dddddddddddddddddddddddddddddddddddddddddd.test";

static void
put_entry(const char *key, const char *value)
{
	struct db_txn *txn = NULL;
	struct db *db;
	int rc = -1;

	db = db_open(tap_path("table"), DB_WRITE_FILE, NULL, 0, why,
	    sizeof(why));
	if (db != NULL && db_begin(db, &txn, 1) == DB_OK) {
		rc = db_put(txn, 0, key, strlen(key), value, strlen(value)) ==
		    DB_OK ? 0 : -1;
		rc |= db_commit(txn) == DB_OK ? 0 : -1;
	}
	is_int(rc, 0, "an entry");
	if (db != NULL)
		db_close(db);
}

static struct site *
open_site(const char *more)
{
	struct site *s;
	FILE *f = fopen(tap_path("conf"), "w");

	if (f != NULL) {
		fprintf(f, "base_url = \"https://call.example.com\"\n"
		    "sign_key = \"%s\"\nseal_key = \"%s\"\n", tap_path("sign"),
		    tap_path("seal"));
		fprintf(f, "offerors = \"%s\"\n%s\n", tap_path("table"), more);
		fclose(f);
	}
	s = site_open(tap_path("conf"), NULL, why, sizeof(why));
	ok(s != NULL, "a site %s", s != NULL ? "" : why);
	return s;
}

/* A message, LF for CRLF; `header` and `body` as they are written. */
struct mail {
	const char	*login, *sender, *header, *body;
	size_t		 piece;		/* bytes at a time, 0: all */
};

static void
feed_header(struct message *m, const char *p)
{
	char name[64], value[512];
	const char *colon, *end;

	for (; *p != '\0'; p = end + 1) {
		colon = strchr(p, ':');
		end = strchr(p, '\n');
		snprintf(name, sizeof(name), "%.*s", (int)(colon - p), p);
		snprintf(value, sizeof(value), "%.*s",
		    (int)(end - colon) - 1, colon + 1);
		message_header(m, name, value);
	}
}

static size_t
to_crlf(char *dst, const char *p)
{
	size_t n = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\n')
			dst[n++] = '\r';
		dst[n++] = *p;
	}
	return n;
}

static enum message_step
feed(struct message *m, struct site *site, const struct mail *mail)
{
	char body[8192];
	size_t len = to_crlf(body, mail->body), i, n;
	size_t piece = mail->piece > 0 ? mail->piece : sizeof(body);
	enum message_step step;

	message_begin(m, site);
	if (mail->login != NULL)
		message_login(m, mail->login);
	message_sender(m, mail->sender);
	message_recipient(m, "<bob@example.net>");
	feed_header(m, mail->header);
	step = message_header_end(m);
	if (step != MESSAGE_WANTS_BODY)
		return step;
	for (i = 0; i < len; i += n) {
		n = len - i < piece ? len - i : piece;
		message_body(m, tap_edge(body + i, n), n);
	}
	return message_end(m);
}

/* The new body, LF for CRLF, every token shown as T. */
static const char *
body_of(struct message *m)
{
	static char dst[8192];
	struct message_cursor at = { .rest = { .len = 0 } };
	struct message_piece p;
	size_t n = 0, i;
	int in_token = 0;

	while (message_piece(m, &at, &p) > 0) {
		for (i = 0; i < p.len && n + 2 < sizeof(dst); i++) {
			if (p.bytes[i] == '\r')
				continue;
			if (in_token && (p.bytes[i] == '"' ||
			    p.bytes[i] == '\n'))
				in_token = 0;
			if (!in_token)
				dst[n++] = (char)p.bytes[i];
			if (!in_token && n >= 3 &&
			    memcmp(dst + n - 3, "/o/", 3) == 0) {
				dst[n++] = 'T';
				in_token = 1;
			}
		}
	}
	dst[n] = '\0';
	return dst;
}

static const char *
deletions_of(const struct message *m)
{
	static char dst[256];
	struct message_deletion d;
	size_t i, n = 0;

	dst[0] = '\0';
	for (i = 0; message_deletion(m, i, &d); i++)
		n += (size_t)snprintf(dst + n, sizeof(dst) - n, "%s%s %d",
		    i > 0 ? ", " : "", d.name, d.index);
	return dst;
}

#define FROM "From: Alice <alice@example.com>\nSubject: hi\n"
#define YES "X-Call-Offer: yes\n"
#define BLOCK "\nCall me - open this link to be connected by phone:\n" \
	"https://call.example.com/o/T\n"

static const struct {
	const char		*name;
	struct mail		 mail;
	enum message_step	 step;
	const char		*deletions, *body;
} cases[] = {
	{ "no header", { "alice", "a@b", FROM, "Hi\n", 0 }, MESSAGE_ACCEPT,
	    "", "" },
	{ "not authenticated", { NULL, "a@b", FROM YES, "Hi\n", 0 },
	    MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "not authenticated, three headers", { NULL, "a@b", YES FROM
	    "x-call-offer: (\nX-CALL-OFFER:\n", "Hi\n", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 3, X-Call-Offer 2, X-Call-Offer 1", "" },
	{ "no", { "alice", "a@b", FROM "X-Call-Offer: no\n", "Hi\n", 0 },
	    MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "two", { "alice", "a@b", FROM YES YES, "Hi\n", 0 }, MESSAGE_REFUSE,
	    NULL, NULL },
	{ "malformed", { "alice", "a@b", FROM "X-Call-Offer: (\n", "Hi\n",
	    0 }, MESSAGE_REFUSE, NULL, NULL },
	{ "resent", { "alice", "a@b", FROM YES "Resent-From: x@y\n", "Hi\n",
	    0 }, MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "by a program", { "alice", "a@b", FROM YES
	    "Auto-Submitted: auto-replied (x)\n", "Hi\n", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 1", "" },
	{ "by no program", { "alice", "a@b", FROM YES
	    "Auto-Submitted: no\n", "Hi\n", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 1", "Hi\n" BLOCK },
	{ "to a list", { "alice", "a@b", FROM YES "List-Id: <x>\n", "Hi\n",
	    0 }, MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "in bulk", { "alice", "a@b", FROM YES "Precedence: BULK\n", "Hi\n",
	    0 }, MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "the null sender", { "alice", "<>", FROM YES, "Hi\n", 0 },
	    MESSAGE_EDIT, "X-Call-Offer 1", "" },
	{ "signed by a domain", { "alice", "a@b", FROM YES
	    "DKIM-Signature: x\n", "Hi\n", 0 }, MESSAGE_REFUSE, NULL, NULL },
	{ "the same, a blank before the colon", { "alice", "a@b", FROM YES
	    "DKIM-Signature : x\n", "Hi\n", 0 }, MESSAGE_REFUSE, NULL, NULL },
	{ "to a list, likewise", { "alice", "a@b", FROM YES
	    "List-Id\t: <x>\n", "Hi\n", 0 }, MESSAGE_EDIT, "X-Call-Offer 1",
	    "" },
	{ "an image", { "alice", "a@b", FROM YES
	    "Content-Type: image/png\n", "Hi\n", 0 }, MESSAGE_REFUSE, NULL,
	    NULL },
	{ "no text within", { "alice", "a@b", FROM YES "Content-Type: "
	    "multipart/mixed; boundary=m\n", "--m\nContent-Type: a/b\n\nHi\n"
	    "--m--\n", 0 }, MESSAGE_REFUSE, NULL, NULL },
	{ "always, an image", { "x", "a@b", "From: x@example.org\n"
	    "Content-Type: image/png\n", "Hi\n", 0 }, MESSAGE_ACCEPT, "", "" },
	{ "always, no text within", { "x", "a@b", "From: x@example.org\n"
	    "Content-Type: multipart/mixed; boundary=m\n", "--m--\n", 0 },
	    MESSAGE_ACCEPT, "", "" },
	{ "always, but no", { "x", "a@b", "From: x@example.org\n"
	    "X-Call-Offer: NO\n", "Hi\n", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 1", "" },
	{ "plain", { "alice", "a@b", YES FROM, "Hi\n", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 1", "Hi\n" BLOCK },
	{ "always", { "x", "a@b", "From: x@example.org\n", "Hi\n", 0 },
	    MESSAGE_EDIT, "", "Hi\n" BLOCK },
	{ "an empty body", { "alice", "a@b", YES FROM, "", 0 }, MESSAGE_EDIT,
	    "X-Call-Offer 1", BLOCK + 1 },
	{ "an empty text, encoded", { "x", "a@b", "From: x@example.org\n"
	    "Content-Type: multipart/mixed; boundary=m\n", "--m\n"
	    "Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\n\n"
	    "--m--\n", 0 }, MESSAGE_EDIT, "", "--m\n"
	    "Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\n"
	    BLOCK "--m--\n" },
	{ "lengths and digests that no longer hold", { "alice", "a@b", YES FROM
	    "Content-MD5: x\nLines: 1\nContent-Length: 3\nLines: 1\n",
	    "Hi\n", 0 }, MESSAGE_EDIT, "X-Call-Offer 1, Content-MD5 1, "
	    "Content-Length 1, Lines 2, Lines 1", "Hi\n" BLOCK },
	{ "a digest of a part", { "alice", "a@b", YES FROM "Content-MD5: x\n"
	    "Content-Type: multipart/mixed; boundary=m\n", "--m\n"
	    "Content-MD5: y\nContent-Type: text/plain\n\nHi\n--m\n"
	    "Content-MD5: z\n\n--m--\n", 0 }, MESSAGE_EDIT, "X-Call-Offer 1",
	    "--m\nContent-Type: text/plain\n\nHi\n" BLOCK "\n--m\n"
	    "Content-MD5: z\n\n--m--\n" },
};

static void
check_cases(struct site *site, struct message *m)
{
	static const size_t pieces[] = { 0, 1, 7 };
	struct mail mail;
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < 3; j++) {
			mail = cases[i].mail;
			mail.piece = pieces[j];
			is_int(feed(m, site, &mail), cases[i].step,
			    "%s, in pieces of %zu", cases[i].name, pieces[j]);
			message_log(m, "test");
			if (cases[i].body == NULL)
				continue;
			is_str(deletions_of(m), cases[i].deletions,
			    " what is deleted");
			is_str(body_of(m), cases[i].body, " the new body");
		}
	}
}

/* Both texts of an alternative, and the same link in both. */
static void
check_alternative(struct site *site, struct message *m)
{
	static const struct mail mail = { "alice", "a@b", YES FROM
	    "Content-Type: multipart/alternative; boundary=a\n",
	    "--a\nContent-Type: text/plain\n\nHi\n--a\n"
	    "Content-Type: text/html\n\n<p>Hi</p></body>\n--a--\n", 3 };
	struct message_cursor at = { .rest = { .len = 0 } };
	struct message_piece p;
	char first[TOKEN_TEXT_MAX + 1] = "", token[TOKEN_TEXT_MAX + 1];
	int n = 0, same = 1;
	struct buf all;
	const char *s;
	size_t len;

	is_int(feed(m, site, &mail), MESSAGE_EDIT, "an alternative");
	buf_init(&all, 65536);
	while (message_piece(m, &at, &p) > 0)
		buf_put(&all, p.bytes, p.len);
	for (s = buf_cstr(&all); (s = strstr(s, "/o/")) != NULL; s += len) {
		s += 3;
		len = strcspn(s, "\"\r\n=");
		snprintf(token, sizeof(token), "%.*s", (int)len, s);
		if (n++ == 0)
			memcpy(first, token, sizeof(first));
		same &= strcmp(token, first) == 0;
	}
	is_int(n, 2, "two links");
	ok(same && strlen(first) > 200, "the same one");
	buf_free(&all);
}

static void
check_reply(struct site *site, struct message *m)
{
	static const struct mail bad = { "alice", "a@b", FROM
	    "X-Call-Offer: yes; x%n=1\n", "Hi\n", 0 };
	static const struct mail signed_ = { "alice", "a@b", YES FROM
	    "Content-Type: multipart/signed; boundary=s\n", "", 0 };
	struct message_reply r;

	is_int(feed(m, site, &bad), MESSAGE_REFUSE, "malformed");
	message_reply(m, &r);
	is_str(r.code, "550", "the code");
	is_str(r.status, "5.6.0", "the status");
	is_str(r.text, "X-Call-Offer: the parameter x?n is unknown",
	    "the text, without a percent sign");
	is_int(feed(m, site, &signed_), MESSAGE_REFUSE, "signed");
	message_reply(m, &r);
	is_str(r.status, "5.7.1", "the status");
}

static void
check_limits(struct message *m)
{
	struct site *site = open_site("max_body = 1k\nmax_text = 1k");
	char big[2048], header[512];
	struct mail mail = { "alice", "a@b", YES FROM, big, 100 };
	struct message_reply r;

	memset(big, 'a', sizeof(big));
	big[1024] = '\0';
	is_int(feed(m, site, &mail), MESSAGE_EDIT, "a body at its limit");
	big[1024] = 'a';
	big[1025] = '\0';
	is_int(feed(m, site, &mail), MESSAGE_REFUSE, "over its limit");
	message_reply(m, &r);
	is_str(r.code, "552", "the code");
	mail.header = "From: x@example.org\n";
	mail.login = "x";
	is_int(feed(m, site, &mail), MESSAGE_ACCEPT, "always: it passes");
	is_str(body_of(m), "", "as it is");
	message_clear(m);
	site_release(site);

	site = open_site("max_body = 4k\nmax_text = 1k");
	is_int(feed(m, site, &mail), MESSAGE_ACCEPT, "a text too long");
	snprintf(header, sizeof(header), YES "From: "
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx%s\n", long_domain);
	mail.header = header;
	mail.login = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	mail.body = "Hi\n";
	is_int(feed(m, site, &mail), MESSAGE_REFUSE, "a token too long");
	message_reply(m, &r);
	ok(strstr(r.text, "too long") != NULL, "says why: %s", r.text);
	message_clear(m);
	site_release(site);
}

/* The folder for large mail goes while it runs: not the author's fault. */
static void
check_failure(struct message *m, const char *on_error, enum message_step want)
{
	static char large[6001];
	const struct mail mail = { "alice", "a@b", YES FROM, large, 0 };
	struct site *site;
	char more[512];

	memset(large, 'x', sizeof(large) - 1);
	mkdir(tap_path("gone"), 0700);
	snprintf(more, sizeof(more), "spool_threshold = 4k\nspool_dir = "
	    "\"%s\"\non_error = %s", tap_path("gone"), on_error);
	site = open_site(more);
	rmdir(tap_path("gone"));
	is_int(feed(m, site, &mail), want, "on_error: %s", on_error);
	message_log(m, "test");
	site_release(site);
}

static void
check_settings(struct message *m)
{
	static const struct mail asked = { "alice", "a@b", YES FROM, "Hi\n",
	    0 }, always = { "x", "a@b", "From: x@example.org\n", "Hi\n", 0 };
	struct site *site = open_site("dry_run = yes");

	is_int(feed(m, site, &asked), MESSAGE_EDIT, "a dry run");
	is_str(deletions_of(m), "X-Call-Offer 1", "the header goes");
	is_str(body_of(m), "", "the body stays");
	is_int(feed(m, site, &always), MESSAGE_ACCEPT, "nothing to do");
	message_log(m, "test");
	message_clear(m);
	site_release(site);

	check_failure(m, "tempfail", MESSAGE_TEMPFAIL);
	check_failure(m, "accept", MESSAGE_EDIT);
	is_str(deletions_of(m), "X-Call-Offer 1", "but the header goes");
	is_str(body_of(m), "", "without a button");
	message_clear(m);
}

/* A reload while a message is under way: it ends as it began. */
static void
check_reload(struct message *m)
{
	struct site *old = open_site(""), *now;

	site_install(old);
	old = site_current();
	message_begin(m, old);
	site_release(old);
	site_install(open_site("max_recipients = 3"));
	message_login(m, "alice");
	message_sender(m, "a@b");
	message_recipient(m, "b@c");
	feed_header(m, YES FROM);
	is_int(message_header_end(m), MESSAGE_WANTS_BODY, "goes on");
	message_body(m, (const unsigned char *)"Hi\r\n", 4);
	is_int(message_end(m), MESSAGE_EDIT, "to its end");
	now = site_current();
	is_int(now->set.max_recipients, 3, "the new one is in force");
	site_release(now);
	message_clear(m);
	site_install(NULL);
}

static void
check_bad_settings(void)
{
	static const char *const bad[] = { "colour = blue", "max_body = 1",
	    "on_error = perhaps", "trusted_networks = {\"10.0.0.1/8\"}",
	    "base_url = \"ftp://x\"", "socket = \"nowhere\"",
	    "offerors = \"hash:/x\"", "offerors = \"/nowhere/x\"",
	    "sign_key = \"/nowhere/x\"", "max_depth = 33",
	    "spool_dir = \"/nowhere\"", "spool_threshold = 1" };
	size_t i;
	FILE *f;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f = fopen(tap_path("bad"), "w");
		if (f == NULL)
			continue;
		if (strncmp(bad[i], "base_url", 8) != 0)
			fprintf(f, "base_url = \"https://x.example\"\n");
		if (strncmp(bad[i], "sign_key", 8) != 0)
			fprintf(f, "sign_key = \"%s\"\n", tap_path("sign"));
		if (strncmp(bad[i], "offerors", 8) != 0)
			fprintf(f, "offerors = \"%s\"\n", tap_path("table"));
		fprintf(f, "seal_key = \"%s\"\n%s\n", tap_path("seal"), bad[i]);
		fclose(f);
		ok(site_open(tap_path("bad"), NULL, why, sizeof(why)) == NULL,
		    "refused: %s: %s", bad[i], why);
	}
}

/* A file, and behind it the texts: all but the beginning is spooled. */
static size_t
put_large(char *dst, size_t size, size_t n_file)
{
	static const char line[] =
	    "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n";
	size_t i, n;

	n = (size_t)snprintf(dst, size, "--b\r\nContent-Type: a/b\r\n\r\n");
	for (i = 0; i < n_file; i++)
		n += (size_t)snprintf(dst + n, size - n, "%s", line);
	n += (size_t)snprintf(dst + n, size - n, "--b\r\nContent-Type: "
	    "multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nHi\r\n"
	    "--c\r\nContent-Type: text/html\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<p>Hi</p></body>\r\n--c--\r\n--b--\r\n");
	return n;
}

/* The new body is the old one and two buttons, however it was kept. */
static void
check_large(struct site *site, struct message *m, size_t n_file, size_t piece)
{
	static char body[200000];
	size_t len = put_large(body, sizeof(body), n_file), i, n, k = 0;
	struct message_cursor at = { .rest = { .len = 0 } };
	struct message_piece p;
	struct buf all;
	int more;

	message_begin(m, site);
	message_login(m, "alice");
	message_sender(m, "alice@example.com");
	message_recipient(m, "bob@example.net");
	feed_header(m, YES FROM "Content-Type: multipart/mixed; boundary=b\n");
	is_int(message_header_end(m), MESSAGE_WANTS_BODY, "%zu bytes", len);
	for (i = 0; i < len; i += n) {
		n = len - i < piece ? len - i : piece;
		message_body(m, tap_edge(body + i, n), n);
	}
	is_int(message_end(m), MESSAGE_EDIT, "pieces of %zu", piece);
	buf_init(&all, 400000);
	while ((more = message_piece(m, &at, &p)) > 0)
		buf_put(&all, p.bytes, p.len);
	is_int(more, 0, "it is read to its end");
	/* Nothing of the old body is missing, and all is in its order. */
	for (i = 0; i < all.len && k < len; i++)
		if (all.data[i] == (unsigned char)body[k])
			k++;
	is_int(k, len, "it holds the old one");
	ok(memcmp(all.data, body, n_file * 38 + 25) == 0 && memcmp(all.data +
	    all.len - 20, body + len - 20, 20) == 0, "from end to end");
	ok(memmem(all.data, all.len, "/o/AQ", 5) != NULL &&
	    memmem(all.data, all.len, "href=3D", 7) != NULL, "and two links");
	buf_free(&all);
}

static void
check_spool(struct message *m)
{
	static const size_t n_file[] = { 100, 104, 105, 106, 110, 3500 };
	static const size_t piece[] = { 100, 4096, 65535, 200000 };
	char more[700];
	struct site *site;
	size_t i, j;

	snprintf(more, sizeof(more), "spool_threshold = 4096\n"
	    "spool_dir = \"%s\"", tap_dir());
	site = open_site(more);
	for (i = 0; i < sizeof(n_file) / sizeof(n_file[0]); i++)
		for (j = 0; j < sizeof(piece) / sizeof(piece[0]); j++)
			check_large(site, m, n_file[i], piece[j]);
	message_clear(m);
	site_release(site);
	snprintf(more, sizeof(more), "spool_dir = \"/nowhere\"\n"
	    "spool_threshold = 64M\nmax_body = 1M");
	site = open_site(more);
	check_large(site, m, 3500, 65535);
	message_clear(m);
	site_release(site);
}

int
main(void)
{
	struct message *m = message_new();
	struct site *site;

	log_open("test", LOG_TO_STDERR, 0);
	if (!is_int(secret_init(), 0, "libsodium") || m == NULL)
		return tap_done();
	make_keys();
	put_entry("alice@example.com", "to=+442079460101");
	put_entry("@example.org", "to=+442079460102 mode=always");
	put_entry(long_domain, "to=+442079460102");
	site = open_site("");
	check_cases(site, m);
	check_alternative(site, m);
	check_reply(site, m);
	message_clear(m);
	site_release(site);
	check_limits(m);
	check_settings(m);
	check_reload(m);
	check_bad_settings();
	check_spool(m);
	message_free(m);
	return tap_done();
}
