#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/mail/code_words.h"
#include "bridge-client/mail/mail.h"
#include "bridge-client/net/post.h"

#include "bridge-client/mail/code_mail.h"

#define MAIL_MAX	8192
#define WAITING_MAX	64

struct waiting {
	struct waiting	*next;
	unsigned char	 offer[TOKEN_OFFER_BYTES];
	char		 to[TERMS_ADDRESS_MAX + 1];
	struct buf	 data;
};

struct code_mail {
	const char	*from;
	struct post	*post;
	struct waiting	*first;		/* the one that is being sent */
	size_t		 n;
};

static void
tell(const struct waiting *w, const char *outcome, const char *why)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(w->offer, id);
	log_info("offer=%s code outcome=%s why=\"%s\"", id, outcome, why);
}

static void
drop_first(struct code_mail *m)
{
	struct waiting *w = m->first;

	m->first = w->next;
	m->n--;
	buf_free(&w->data);
	free(w);
}

static void on_done(void *, enum post_outcome, const char *);

static void
send_first(struct code_mail *m)
{
	struct post_mail mail;

	for (; m->first != NULL; drop_first(m)) {
		mail = (struct post_mail){ .to = m->first->to,
		    .data = buf_cstr(&m->first->data),
		    .len = m->first->data.len };
		if (post_send(m->post, &mail, on_done, m) == 0)
			return;
		tell(m->first, "not", "it cannot be begun");
	}
}

static void
on_done(void *ctx, enum post_outcome outcome, const char *why)
{
	static const char *const words[] = { [POST_DONE] = "done",
	    [POST_NOT] = "not", [POST_REFUSED] = "refused",
	    [POST_UNKNOWN] = "unknown" };
	struct code_mail *m = ctx;

	tell(m->first, words[outcome], why);
	drop_first(m);
	send_first(m);
}

static void
put(struct buf *b, const struct code_mail *m, const struct acceptance *a,
    const char *code)
{
	const struct code_words *w = code_words_in(a->b_lang);
	char id[TOKEN_UUID_SIZE + 32], number[TEL_REDACTED_SIZE], two[16];
	int64_t now = clock_wall();
	const struct mail_head head = { .from = m->from, .to = a->recipient,
		.subject = w->subject, .id = id, .lang = w->lang, .now = now };

	token_uuid_text(a->offer, id);
	snprintf(id + strlen(id), 32, ".code.%lld", (long long)now);
	tel_redact(&a->a, number);
	snprintf(two, sizeof(two), "%.4s %s", code, code + 4);
	mail_begin(b, &head);
	mail_said(b, w->is_rtl, w->lead, a->name);
	mail_said(b, w->is_rtl, w->number, number);
	mail_line(b, w->why);
	mail_line(b, "");
	mail_said(b, w->is_rtl, w->code, two);
	mail_line(b, w->how);
	mail_line(b, "");
	mail_line(b, w->foot);
}

int
code_mail_send(struct code_mail *m, const struct acceptance *a,
    const char *code)
{
	struct waiting *w, **p;

	if (!mail_is_address(a->recipient) || m->n >= WAITING_MAX)
		return -1;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	memcpy(w->offer, a->offer, sizeof(w->offer));
	snprintf(w->to, sizeof(w->to), "%s", a->recipient);
	buf_init(&w->data, MAIL_MAX);
	put(&w->data, m, a, code);
	if (!buf_ok(&w->data)) {
		buf_free(&w->data);
		free(w);
		return -1;
	}
	for (p = &m->first; *p != NULL; p = &(*p)->next)
		continue;
	*p = w;
	if (m->n++ == 0)
		send_first(m);
	return 0;
}

struct code_mail *
code_mail_open(struct loop *loop, const struct contract *c)
{
	struct post_conf server = { .url = c->smtp,
		.password = c->smtp_password };
	struct code_mail *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	server.user = c->smtp_user[0] != '\0' ? c->smtp_user : NULL;
	server.ca_file = c->smtp_ca_file[0] != '\0' ? c->smtp_ca_file : NULL;
	m->from = c->smtp_from;
	m->post = post_open(loop, &server);
	if (m->post == NULL) {
		free(m);
		return NULL;
	}
	return m;
}

void
code_mail_close(struct code_mail *m)
{
	if (m == NULL)
		return;
	post_close(m->post);
	while (m->first != NULL)
		drop_first(m);
	free(m);
}
