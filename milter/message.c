/*
 * The per-message machine: header, policy, body, scan, places, token, edits.
 * Nothing is changed before everything that can fail has not failed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/scan.h"

#include "milter/button.h"
#include "milter/count.h"
#include "milter/graft.h"
#include "milter/mime.h"
#include "milter/mint.h"
#include "milter/offer.h"
#include "milter/picture.h"
#include "milter/policy.h"
#include "milter/reason.h"
#include "milter/site.h"
#include "milter/spool.h"
#include "milter/word.h"

#include "milter/message.h"

#define WORD_MAX	1024		/* bytes of a copied value, cut there */
#define INSERT_MAX	(1024 * 1024)	/* of all buttons of a message */

/* Nearly every field is none of those that matter: by its length alone. */
#define IS(name, n, word) ((n) == sizeof(word) - 1 && scan_is(name, n, word))

/* Fields that are deleted, in this order of names. */
enum doomed { DOOMED_OFFER, DOOMED_MD5, DOOMED_LENGTH, DOOMED_LINES, DOOMED };
static const char *const doomed_names[DOOMED] = {
	OFFER_HEADER, "Content-MD5", "Content-Length", "Lines"
};

struct message {
	struct site		*site;
	char			 login[256];
	int			 has_login;
	char			 sender[WORD_MAX];
	char			 recipient[WORD_MAX];
	char			 offer[WORD_MAX];
	char			 from[WORD_MAX];
	char			 subject[WORD_MAX];
	size_t			 n_subjects;
	char			 new_subject[WORD_MAX];	/* "": as it is */
	char			 message_id[WORD_MAX];
	struct policy_mail	 mail;		/* points at the above */
	size_t			 count[DOOMED];
	struct mime		 mime;

	struct policy_answer	 answer;
	struct spool		 body;
	struct buf		 rest;		/* of it, not yet scanned */
	int			 is_changed;	/* the body gets a button */
	struct splice		 splice;
	unsigned char		 offer_id[TOKEN_OFFER_BYTES];
	char			 parts[64];	/* "plain,html", for the log */
};

struct message *
message_new(void)
{
	/* Large, and message_begin() sets what is read: not cleared here. */
	struct message *m = malloc(sizeof(*m));

	if (m == NULL)
		return NULL;
	m->site = NULL;
	spool_init(&m->body);
	buf_init(&m->rest, 0);
	splice_init(&m->splice, INSERT_MAX);
	return m;
}

void
message_free(struct message *m)
{
	if (m == NULL)
		return;
	message_clear(m);
	splice_free(&m->splice);
	free(m);
}

void
message_clear(struct message *m)
{
	spool_free(&m->body);
	buf_free(&m->rest);
	site_release(m->site);
	m->site = NULL;
}

void
message_begin(struct message *m, struct site *site)
{
	struct policy_mail *p = &m->mail;

	message_clear(m);
	m->site = site_hold(site);
	m->has_login = 0;
	m->login[0] = m->sender[0] = m->recipient[0] = m->offer[0] = '\0';
	m->from[0] = m->subject[0] = m->message_id[0] = m->parts[0] = '\0';
	m->new_subject[0] = '\0';
	m->n_subjects = 0;
	memset(p, 0, sizeof(*p));
	p->sender = m->sender;
	p->recipient = m->recipient;
	p->offer = m->offer;
	p->from = m->from;
	p->subject = m->subject;
	p->message_id = m->message_id;
	memset(m->count, 0, sizeof(m->count));
	mime_init(&m->mime);
	m->mime.seeks_seam = site->icon != NULL;
	m->mime.depth_max = (size_t)site->set.max_depth;
	m->mime.parts_max = (size_t)site->set.max_parts;
	memset(&m->answer, 0, sizeof(m->answer));
	spool_begin(&m->body, (size_t)site->set.max_body,
	    (size_t)site->set.spool_threshold, site->set.spool_dir);
	buf_init(&m->rest, (size_t)site->set.max_body);
	m->is_changed = 0;
	splice_clear(&m->splice);
}

void
message_login(struct message *m, const char *login)
{
	m->has_login = login[0] != '\0' && strlen(login) < sizeof(m->login);
	if (m->has_login)
		memcpy(m->login, login, strlen(login) + 1);
	m->mail.login = m->has_login ? m->login : NULL;
}

void
message_trust(struct message *m)
{
	m->mail.is_trusted = 1;
}

/* Without angle brackets; one that is too long is as good as none. */
static void
set_address(char dst[WORD_MAX], const char *address)
{
	size_t n = strlen(address);

	if (n >= 2 && address[0] == '<' && address[n - 1] == '>') {
		address++;
		n -= 2;
	}
	if (n >= WORD_MAX)
		n = 0;
	memcpy(dst, address, n);
	dst[n] = '\0';
}

void
message_sender(struct message *m, const char *address)
{
	set_address(m->sender, address);
}

void
message_recipient(struct message *m, const char *address)
{
	if (m->mail.n_recipients++ == 0)
		set_address(m->recipient, address);
}

static void
set_value(char dst[WORD_MAX], const char *value)
{
	size_t n = strlen(value);

	if (n >= WORD_MAX)
		n = WORD_MAX - 1;
	memcpy(dst, value, n);
	dst[n] = '\0';
}

/* Keeps the first of a kind; `*count` tells whether there were more. */
static void
note_value(char dst[WORD_MAX], const char *value, size_t *count)
{
	if ((*count)++ == 0)
		set_value(dst, value);
}

void
message_header(struct message *m, const char *name, const char *value)
{
	struct policy_mail *p = &m->mail;
	size_t n = strlen(name), i;

	while (n > 0 && scan_is_space((unsigned char)name[n - 1]))
		n--;
	for (i = 0; i < DOOMED; i++)
		if (scan_is(name, n, doomed_names[i]))
			m->count[i]++;
	if (IS(name, n, OFFER_HEADER)) {
		note_value(m->offer, value, &p->n_offers);
		/* Too long to be kept is too long to be read. */
		if (strlen(value) >= WORD_MAX)
			set_value(m->offer, "(");
	} else if (IS(name, n, "From")) {
		note_value(m->from, value, &p->n_from);
		if (strlen(value) >= WORD_MAX)
			m->from[0] = '\0';
	} else if (IS(name, n, "Subject")) {
		set_value(m->subject, value);
		/* One that is cut short must not be written back. */
		m->n_subjects += strlen(value) < WORD_MAX ? 1 : 2;
	} else if (IS(name, n, "Message-ID")) {
		set_value(m->message_id, value);
	} else {
		policy_note(p, name, n, value);
		mime_field(&m->mime, name, strlen(name), value, strlen(value));
	}
}

/* What the answer of the policy, or its change of mind, means for the MTA. */
static enum message_step
conclude(const struct message *m, enum message_step otherwise)
{
	switch (m->answer.verdict) {
	case POLICY_REFUSE:
		return MESSAGE_REFUSE;
	case POLICY_FAIL:
		if (settings_tempfails(&m->site->set))
			return MESSAGE_TEMPFAIL;
		return otherwise;
	case POLICY_PASS:
	case POLICY_OFFER:
		return otherwise;
	}
	return MESSAGE_TEMPFAIL;
}

enum message_step
message_header_end(struct message *m)
{
	struct policy_answer *a = &m->answer;

	policy_decide(a, &m->site->set, m->site->table, &m->mail);
	if (a->verdict == POLICY_OFFER) {
		mime_body(&m->mime);
		if (mime_is_done(&m->mime))
			policy_unfit(a, &m->site->set, mime_end(&m->mime));
	}
	/* Fields can be deleted at the end only. */
	return conclude(m, a->verdict == POLICY_OFFER ||
	    m->mail.n_offers > 0 ? MESSAGE_WANTS_BODY : MESSAGE_ACCEPT);
}

/* What the scan leaves for later (part of a line, or of a header) is kept. */
static void
scan(struct message *m, const unsigned char *p, size_t len, int is_last)
{
	size_t used;

	if (mime_is_done(&m->mime))
		return;
	if (m->rest.len > 0) {
		buf_put(&m->rest, p, len);
		used = mime_feed(&m->mime, m->rest.data, m->rest.len, is_last);
		buf_drain(&m->rest, used);
	} else {
		used = mime_feed(&m->mime, p, len, is_last);
		buf_put(&m->rest, p + used, len - used);
	}
	if (mime_is_done(&m->mime))
		buf_free(&m->rest);
}

void
message_body(struct message *m, const unsigned char *p, size_t len)
{
	if (m->answer.verdict != POLICY_OFFER)
		return;
	spool_put(&m->body, p, len);
	if (m->body.state == SPOOL_GOOD)
		scan(m, p, len, 0);
}

/* A text of a message, and its place. */
struct spot {
	struct graft	graft;
	struct buf	bytes;		/* where they had to be read again */
};

static enum reason
place(struct message *m, const struct leaf *leaf, struct spot *spot)
{
	size_t len = leaf->end - leaf->at;
	const unsigned char *p;

	memset(spot, 0, sizeof(*spot));
	if (len > (size_t)m->site->set.max_text)
		return REASON_SIZE;
	p = spool_all(&m->body, leaf->at, len, &spot->bytes);
	return p != NULL ? graft_place(&spot->graft, leaf, p) : REASON_ERROR;
}

/* The places of all texts: only if all have one, there is an offer. */
static enum reason
place_all(struct message *m, struct spot *spot, size_t *n)
{
	enum reason r = REASON_NONE;

	for (*n = 0; r == REASON_NONE && *n < m->mime.n_leaves; (*n)++)
		r = place(m, &m->mime.leaf[*n], &spot[*n]);
	return r;
}

static enum reason
mint(struct message *m, struct mint_token *token)
{
	struct mint_offer offer;

	policy_offer(&m->answer, clock_wall_ms(), &offer);
	switch (mint_token(m->site->mint, &offer, token)) {
	case MINT_OK:
		memcpy(m->offer_id, token->offer, sizeof(m->offer_id));
		return REASON_NONE;
	case MINT_TOO_BIG:
		return REASON_TOKEN;
	case MINT_BAD:
		return REASON_ERROR;
	}
	return REASON_ERROR;
}

static enum reason
apply_all(struct message *m, const struct spot *spot, size_t n)
{
	struct mint_token token;
	char url[256 + TOKEN_TEXT_MAX];
	struct button button = { m->answer.lang, url, m->answer.name,
	    button_find(m->site->buttons, m->answer.template), NULL };
	struct picture picture;
	const struct leaf *leaf;
	enum reason r;
	size_t i, used;

	r = mint(m, &token);
	if (r != REASON_NONE)
		return r;
	snprintf(url, sizeof(url), "%s/o/%s", m->site->set.base_url,
	    token.text);
	picture_plan(&picture, m->site->icon, m->mime.leaf, n);
	picture_name(&picture, m->offer_id, m->site->set.base_url);
	for (i = 0; i < n; i++) {
		leaf = spot[i].graft.leaf;
		button.image = picture_on(&picture, leaf);
		if (picture_before(&picture, leaf, &m->splice) != 0 ||
		    graft_apply(&spot[i].graft, &button, &m->splice) != 0 ||
		    picture_behind(&picture, leaf, &m->splice) != 0)
			return REASON_ERROR;
		used = strlen(m->parts);
		snprintf(m->parts + used, sizeof(m->parts) - used, "%s%s",
		    i > 0 ? "," : "", leaf->is_html ? "html" : "plain");
	}
	if (picture_behind(&picture, NULL, &m->splice) != 0)
		return REASON_ERROR;
	return REASON_NONE;
}

/* The body is complete: the button, or why there is none. */
static enum reason
rewrite(struct message *m)
{
	struct spot spot[MIME_LEAVES_MAX];
	enum reason r;
	size_t n = 0, i;

	if (m->body.state != SPOOL_GOOD)
		return m->body.state == SPOOL_OVER ? REASON_SIZE :
		    REASON_ERROR;
	scan(m, (const unsigned char *)"", 0, 1);
	if (!buf_ok(&m->rest))
		return REASON_ERROR;
	r = mime_end(&m->mime);
	if (r == REASON_NONE)
		r = place_all(m, spot, &n);
	if (r == REASON_NONE)
		r = apply_all(m, spot, n);
	for (i = 0; i < n; i++) {
		graft_free(&spot[i].graft);
		buf_free(&spot[i].bytes);
	}
	return r;
}

/* Does it, and counts how long it took. */
static enum reason
count(struct message *m, enum reason (*doing)(struct message *))
{
	struct count_rewrite c = { .us = clock_mono_us() };
	enum reason r = doing(m);

	c.us = clock_mono_us() - c.us;
	c.bytes = m->body.len;
	c.added = r == REASON_NONE ? splice_growth(&m->splice) : 0;
	c.is_spooled = m->body.fd >= 0;
	count_rewrite(&c);
	return r;
}

/* The tag has done its work: who reads the mail need not see it. */
static void
take_tag_out(struct message *m)
{
	if (m->answer.tag[0] == '\0' || m->n_subjects != 1)
		return;
	if (word_remove(m->new_subject, sizeof(m->new_subject), m->subject,
	    m->answer.tag) != 0)
		m->new_subject[0] = '\0';
}

enum message_step
message_end(struct message *m)
{
	enum reason r;

	if (m->answer.verdict == POLICY_OFFER) {
		r = count(m, rewrite);
		if (r != REASON_NONE)
			policy_unfit(&m->answer, &m->site->set, r);
		else
			m->is_changed = !m->site->set.is_dry_run;
		if (m->is_changed)
			take_tag_out(m);
	}
	return conclude(m, m->is_changed || m->mail.n_offers > 0 ?
	    MESSAGE_EDIT : MESSAGE_ACCEPT);
}

int
message_deletion(const struct message *m, size_t i, struct message_deletion *d)
{
	size_t which;

	for (which = 0; which < DOOMED; which++) {
		if (which != DOOMED_OFFER && !m->is_changed)
			return 0;
		/* A digest of a part that did not change still holds. */
		if (which == DOOMED_MD5 && !m->mime.leaf[0].is_root)
			continue;
		if (i < m->count[which]) {
			d->name = doomed_names[which];
			d->index = (int)(m->count[which] - i);
			return 1;
		}
		i -= m->count[which];
	}
	return 0;
}

int
message_change(const struct message *m, struct message_change *c)
{
	if (!m->is_changed || m->new_subject[0] == '\0')
		return 0;
	c->name = "Subject";
	c->index = 1;
	c->value = m->new_subject;
	return 1;
}

int
message_piece(struct message *m, struct message_cursor *c,
    struct message_piece *piece)
{
	struct splice_piece *rest = &c->rest;

	if (rest->len == 0 && (!m->is_changed ||
	    !splice_next(&m->splice, m->body.len, &c->next, rest)))
		return 0;
	piece->bytes = rest->bytes;
	piece->len = rest->len;
	if (rest->bytes == NULL)
		piece->len = spool_some(&m->body, rest->at, rest->len,
		    &piece->bytes);
	if (piece->len == 0)
		return -1;
	rest->at += piece->len;
	rest->len -= piece->len;
	return 1;
}

void
message_reply(const struct message *m, struct message_reply *r)
{
	char *p;

	r->code = m->answer.reason == REASON_SIZE ? "552" : "550";
	r->status = reason_status(m->answer.reason);
	snprintf(r->text, sizeof(r->text), OFFER_HEADER ": %s",
	    m->answer.text);
	/* libmilter takes "%" for its own. */
	for (p = r->text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || *p == '%')
			*p = '?';
}

static enum count_outcome
outcome(const struct message *m)
{
	switch (m->answer.verdict) {
	case POLICY_OFFER:
		return m->is_changed ? COUNT_INSERTED : COUNT_WOULD_INSERT;
	case POLICY_REFUSE:
		return COUNT_REFUSED;
	case POLICY_FAIL:
		return COUNT_FAILED;
	case POLICY_PASS:
		return m->answer.reason <= REASON_DECLINED ? COUNT_NONE :
		    COUNT_SKIPPED;
	}
	return COUNT_NONE;
}

static void
log_inserted(const struct message *m, const char *id)
{
	const struct policy_answer *a = &m->answer;
	char uuid[TOKEN_UUID_SIZE], to[TEL_REDACTED_SIZE];

	token_uuid_text(m->offer_id, uuid);
	tel_redact(&a->terms.destination, to);
	log_info("%s: offer=%s offer_id=%s parts=%s%s bytes=+%zu from=%s "
	    "login=%s rcpts=%zu to=%s account=%s uses=%u expires=%us", id,
	    count_word(outcome(m)), uuid, m->parts,
	    m->mime.has_tnef ? " partial=tnef" : "", splice_growth(&m->splice),
	    a->terms.offeror, m->has_login ? m->login : "-",
	    m->mail.n_recipients, to, a->terms.account, a->uses, a->expires_s);
}

void
message_log(const struct message *m, const char *id)
{
	const struct policy_answer *a = &m->answer;

	count_message(outcome(m), a->reason);
	if (a->verdict == POLICY_OFFER) {
		log_inserted(m, id);
	} else if (a->reason == REASON_NOT_ASKED) {
		log_debug("%s: offer=none", id);
	} else if (a->verdict == POLICY_FAIL) {
		log_warn("%s: offer=failed reason=%s sender=%s login=%s "
		    "rcpts=%zu then=%s: %s", id, reason_word(a->reason),
		    m->sender, m->has_login ? m->login : "-",
		    m->mail.n_recipients,
		    settings_tempfails(&m->site->set) ? "tempfail" : "accept",
		    a->text[0] != '\0' ? a->text :
		    "no memory, or no room in spool_dir");
	} else {
		log_info("%s: offer=%s reason=%s sender=%s login=%s "
		    "rcpts=%zu%s%s", id, count_word(outcome(m)),
		    reason_word(a->reason),
		    m->sender, m->has_login ? m->login : "-",
		    m->mail.n_recipients,
		    a->verdict == POLICY_REFUSE ? " told=" : "",
		    a->verdict == POLICY_REFUSE ? a->text : "");
	}
}
