/*
 * The milter without a mail server: a link for whoever asks for one, a message
 * through the machine to see what comes out.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/scan.h"

#include "milter/message.h"
#include "milter/mint.h"
#include "milter/policy.h"
#include "milter/site.h"

#include "milter/offline.h"

#define INPUT_MAX ((size_t)1 << 31)
#define FIELD_MAX 102400	/* as Postfix cuts: header_size_limit */

static int
usage(const char *text)
{
	fprintf(stderr, "usage: calloffer-milter %s\n", text);
	return EX_USAGE;
}

static int
print_link(const struct site *site, const struct policy_answer *a)
{
	struct mint_offer offer;
	struct mint_token token;

	if (a->verdict != POLICY_OFFER) {
		fprintf(stderr, "calloffer-milter: no offer: %s\n",
		    a->text[0] != '\0' ? a->text : reason_word(a->reason));
		return a->verdict == POLICY_FAIL ? EX_UNAVAILABLE : EX_NOPERM;
	}
	policy_offer(a, clock_wall_ms(), &offer);
	if (mint_token(site->mint, &offer, &token) != MINT_OK) {
		fprintf(stderr, "calloffer-milter: %s\n",
		    reason_text(REASON_TOKEN));
		return EX_DATAERR;
	}
	printf("%s/o/%s\n", site->set.base_url, token.text);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

int
offline_mint(struct site *site, int argc, char **argv)
{
	static const char how[] =
	    "--mint [-c file] [-r recipient] [-m message-id]\n"
	    "                        offeror [value]";
	struct policy_mail mail = { .is_trusted = 1, .n_offers = 1,
	    .n_from = 1, .n_recipients = 1, .recipient = "", .offer = "yes",
	    .subject = "", .message_id = "" };
	struct policy_answer answer;
	int ch;

	optind = 1;
	while ((ch = getopt(argc, argv, "m:r:")) != -1) {
		if (ch == 'm')
			mail.message_id = optarg;
		else if (ch == 'r')
			mail.recipient = optarg;
		else
			return usage(how);
	}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 2)
		return usage(how);
	mail.from = mail.sender = argv[0];
	if (argc == 2)
		mail.offer = argv[1];
	policy_decide(&answer, &site->set, site->table, &mail);
	return print_link(site, &answer);
}

/* A file with bare line ends is shown to the machine as mail is. */
struct input {
	struct buf	all;
	int		is_unix;	/* lines ended in LF alone */
	size_t		body;		/* where it begins */
	size_t		header_end;	/* where the last field ends */
};

static int
read_all(struct buf *b)
{
	unsigned char *room;
	size_t n;

	do {
		room = buf_room(b, 65536);
		if (room == NULL)
			return -1;
		n = fread(room, 1, 65536, stdin);
		buf_grown(b, n);
	} while (n > 0);
	return ferror(stdin) ? -1 : 0;
}

static int
to_crlf(struct input *in)
{
	const unsigned char *p = in->all.data, *end;
	size_t left = in->all.len, n;
	struct buf out;

	if (left == 0 || memmem(p, left, "\r\n", 2) != NULL)
		return 0;
	in->is_unix = 1;
	buf_init(&out, INPUT_MAX);
	while (left > 0) {
		end = memchr(p, '\n', left);
		n = end != NULL ? (size_t)(end - p) : left;
		buf_put(&out, p, n);
		if (end != NULL)
			buf_str(&out, "\r\n");
		n += end != NULL;
		p += n;
		left -= n;
	}
	buf_free(&in->all);
	in->all = out;
	return buf_ok(&in->all) ? 0 : -1;
}

/* Bytes to standard output, in the line ends of the input. */
static void
put(const struct input *in, const unsigned char *p, size_t len)
{
	size_t i;

	if (!in->is_unix) {
		fwrite(p, 1, len, stdout);
		return;
	}
	for (i = 0; i < len; i++)
		if (p[i] != '\r' || i + 1 == len || p[i + 1] != '\n')
			putchar(p[i]);
}

/* A field with its folds: its length; 0 where none begins. */
static size_t
field_len(const unsigned char *p, size_t len, size_t *name_len)
{
	const unsigned char *end;
	size_t n = 0;

	while (n < len && p[n] > ' ' && p[n] < 0x7f && p[n] != ':')
		n++;
	*name_len = n;
	while (n < len && scan_is_space(p[n]))
		n++;
	if (*name_len == 0 || n == len || p[n] != ':')
		return 0;
	do {
		end = memchr(p + n, '\n', len - n);
		n = end != NULL ? (size_t)(end - p) + 1 : len;
	} while (n < len && scan_is_space(p[n]));
	return n;
}

/* Behind an "From " line of a mailbox file. */
static size_t
first_field(const struct buf *b)
{
	const unsigned char *end;

	if (b->len < 5 || memcmp(b->data, "From ", 5) != 0)
		return 0;
	end = memchr(b->data, '\n', b->len);
	return end != NULL ? (size_t)(end - b->data) + 1 : 0;
}

typedef int field_fn(void *, const char *name, const unsigned char *, size_t);

/*
 * Calls `fn` for each field (all its bytes, its name as a string) until one
 * says no; finds where the body begins.
 */
static int
each_field(struct input *in, field_fn *fn, void *ctx)
{
	const unsigned char *p = in->all.data;
	size_t at = first_field(&in->all), n, name_len;
	char name[256];

	while (at < in->all.len) {
		n = field_len(p + at, in->all.len - at, &name_len);
		if (n == 0)
			break;
		if (name_len >= sizeof(name))
			name_len = sizeof(name) - 1;
		memcpy(name, p + at, name_len);
		name[name_len] = '\0';
		if (fn(ctx, name, p + at, n) != 0)
			return -1;
		at += n;
	}
	in->header_end = at;
	if (in->all.len - at >= 2 && memcmp(p + at, "\r\n", 2) == 0)
		at += 2;
	else if (at < in->all.len && p[at] == '\n')
		at++;
	in->body = at;
	return 0;
}

/*
 * As libmilter gives a field: its name with the white space that some put
 * behind it, its value from behind the colon, without the last line end.
 */
static int
feed_field(void *ctx, const char *name, const unsigned char *p, size_t len)
{
	const unsigned char *colon = memchr(p, ':', len);
	size_t n = (size_t)(p + len - colon) - 1;
	char *full = strndup((const char *)p, (size_t)(colon - p));
	char *value = strndup((const char *)colon + 1,
	    n < FIELD_MAX ? n : FIELD_MAX);
	int rc = -1;

	(void)name;
	if (full != NULL && value != NULL) {
		n = strlen(value);
		while (n > 0 && (value[n - 1] == '\n' || value[n - 1] == '\r'))
			value[--n] = '\0';
		message_header(ctx, full, value);
		rc = 0;
	}
	free(full);
	free(value);
	return rc;
}

#define NAMES_MAX 8
struct output {
	const struct input	*in;
	const struct message	*message;
	struct seen {
		const char	*name;
		int		 count;
	} seen[NAMES_MAX];
};

/* How many fields of that name there were, with this one. */
static int
count_name(struct output *out, const char *name)
{
	size_t i;

	for (i = 0; i < NAMES_MAX && out->seen[i].name != NULL; i++)
		if (scan_is(name, strlen(name), out->seen[i].name))
			return ++out->seen[i].count;
	return 0;
}

static int
is_deleted(struct output *out, const char *name)
{
	struct message_deletion d;
	int count = count_name(out, name);
	size_t i;

	for (i = 0; count > 0 && message_deletion(out->message, i, &d); i++)
		if (d.index == count && scan_is(name, strlen(name), d.name))
			return 1;
	return 0;
}

static int
put_field(void *ctx, const char *name, const unsigned char *p, size_t len)
{
	struct output *out = ctx;
	struct message_change c;
	const unsigned char *colon = memchr(p, ':', len);

	if (message_change(out->message, &c) &&
	    scan_is(name, strlen(name), c.name)) {
		put(out->in, p, (size_t)(colon - p) + 1);
		put(out->in, (const unsigned char *)c.value, strlen(c.value));
		put(out->in, (const unsigned char *)"\r\n", 2);
	} else if (!is_deleted(out, name)) {
		put(out->in, p, len);
	}
	return 0;
}

/* The names of which fields are to be deleted, each once. */
static void
learn_names(struct output *out)
{
	struct message_deletion d;
	size_t i, n = 0;

	for (i = 0; message_deletion(out->message, i, &d); i++)
		if (n == 0 || out->seen[n - 1].name != d.name)
			if (n < NAMES_MAX)
				out->seen[n++].name = d.name;
}

static int
write_message(struct input *in, struct message *m, int is_edited)
{
	struct output out = { .in = in, .message = m };
	struct message_cursor at = { .rest = { .len = 0 } };
	struct message_piece piece;
	int has_pieces = 0, more = 0;

	if (is_edited)
		learn_names(&out);
	put(in, in->all.data, first_field(&in->all));
	if (each_field(in, put_field, &out) != 0)
		return EX_OSERR;
	put(in, in->all.data + in->header_end, in->body - in->header_end);
	while (is_edited && (more = message_piece(m, &at, &piece)) > 0) {
		has_pieces = 1;
		put(in, piece.bytes, piece.len);
	}
	if (!has_pieces)
		put(in, in->all.data + in->body, in->all.len - in->body);
	return fflush(stdout) == 0 && more == 0 ? EX_OK : EX_IOERR;
}

static int
finish(struct input *in, struct message *m, enum message_step step)
{
	struct message_reply reply;

	message_log(m, "offline");
	switch (step) {
	case MESSAGE_ACCEPT:
		return write_message(in, m, 0);
	case MESSAGE_EDIT:
		return write_message(in, m, 1);
	case MESSAGE_REFUSE:
		message_reply(m, &reply);
		fprintf(stderr, "%s %s %s\n", reply.code, reply.status,
		    reply.text);
		return EX_NOPERM;
	case MESSAGE_WANTS_BODY:
	case MESSAGE_TEMPFAIL:
		break;
	}
	return EX_TEMPFAIL;
}

static int
run(struct input *in, struct message *m)
{
	enum message_step step;

	if (each_field(in, feed_field, m) != 0)
		return EX_OSERR;
	step = message_header_end(m);
	if (step == MESSAGE_WANTS_BODY) {
		message_body(m, in->all.data + in->body,
		    in->all.len - in->body);
		step = message_end(m);
	}
	return finish(in, m, step);
}

int
offline_rewrite(struct site *site, int argc, char **argv)
{
	struct message *m = message_new();
	struct input in = { .body = 0 };
	int ch, n_recipients = 0, status = EX_OSERR;

	if (m == NULL)
		return EX_OSERR;
	message_begin(m, site);
	message_trust(m);
	message_sender(m, "offline");
	optind = 1;
	while ((ch = getopt(argc, argv, "f:r:u:")) != -1) {
		if (ch == 'f') {
			message_sender(m, optarg);
		} else if (ch == 'r') {
			message_recipient(m, optarg);
			n_recipients++;
		} else if (ch == 'u') {
			message_login(m, optarg);
		} else {
			break;
		}
	}
	if (n_recipients == 0)
		message_recipient(m, "");
	buf_init(&in.all, INPUT_MAX);
	if (ch != -1 || optind != argc)
		status = usage("--rewrite [-c file] [-u login] [-f sender]\n"
		    "                        [-r recipient] ... < message");
	else if (read_all(&in.all) != 0 || to_crlf(&in) != 0)
		fprintf(stderr, "calloffer-milter: standard input: %s\n",
		    strerror(errno));
	else if (in.all.len == 0) {
		fprintf(stderr, "calloffer-milter: standard input is empty\n");
		status = EX_NOINPUT;
	} else
		status = run(&in, m);
	buf_free(&in.all);
	message_free(m);
	return status;
}
