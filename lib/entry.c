/*
 * One entry of the offerors table: its words, its key, and what it allows.
 */

#include <stdio.h>
#include <string.h>

#include "lib/idn.h"
#include "lib/near.h"
#include "lib/scan.h"
#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/window.h"

#include "lib/entry.h"

#define VALUE_SIZE	(ENTRY_LIST_MAX * (ENTRY_WORD_MAX + 1) + 1)
#define ADDRESS_MAX	254	/* RFC 5321, 4.5.3.1.3, without its brackets */
#define MINUTE_S	60u
#define HOUR_S		3600u
#define DAY_S		86400u

/* The unquoted value of one word. */
struct value {
	size_t	len;
	char	text[VALUE_SIZE];
};

static int
refuse(const char **why, const char *reason)
{
	*why = reason;
	return -1;
}

/* Fits into `size`, is not empty and can be shown. */
static int
copy(char *dst, size_t size, const char *p, size_t len)
{
	if (len == 0 || len >= size || !scan_is_printable_utf8(p, len))
		return -1;
	memcpy(dst, p, len);
	dst[len] = '\0';
	return 0;
}

static int
set_to(struct entry *e, const struct value *v, const char **why)
{
	return tel_parse(&e->to, v->text, v->len, why);
}

static int
set_name(struct entry *e, const struct value *v, const char **why)
{
	if (copy(e->name, sizeof(e->name), v->text, v->len) != 0)
		return refuse(why, "a name is 1 to 64 bytes of UTF-8 without "
		    "controls");
	return 0;
}

/* A name in some other file: of an account, of a template. */
static int
set_word(char *dst, const struct value *v, const char **why)
{
	size_t i;

	if (v->len > TERMS_ACCOUNT_MAX)
		return refuse(why, "at most 32 characters");
	for (i = 0; i < v->len; i++)
		if (memchr("abcdefghijklmnopqrstuvwxyz0123456789_-",
		    v->text[i], 38) == NULL)
			return refuse(why, "a name is of a-z, 0-9, _ and -");
	memcpy(dst, v->text, v->len + 1);
	return 0;
}

static int
set_account(struct entry *e, const struct value *v, const char **why)
{
	return set_word(e->account, v, why);
}

static int
set_template(struct entry *e, const struct value *v, const char **why)
{
	_Static_assert(sizeof(e->template) == sizeof(e->account), "one bound");
	return set_word(e->template, v, why);
}

static int
set_mode(struct entry *e, const struct value *v, const char **why)
{
	static const char subject[] = "subject:";
	const size_t n = sizeof(subject) - 1;

	if (scan_is(v->text, v->len, "header")) {
		e->mode = ENTRY_HEADER;
		return 0;
	}
	if (scan_is(v->text, v->len, "always")) {
		e->mode = ENTRY_ALWAYS;
		return 0;
	}
	if (v->len < n || !scan_is(v->text, n, subject))
		return refuse(why, "a mode is header, always or subject:TAG");
	if (copy(e->subject_tag, sizeof(e->subject_tag), v->text + n,
	    v->len - n) != 0)
		return refuse(why, "a subject's tag is 1 to 128 bytes");
	e->mode = ENTRY_SUBJECT;
	return 0;
}

static int
set_login(struct entry *e, const struct value *v, const char **why)
{
	const char *p = v->text, *end = p + v->len, *comma;

	for (;; p = comma + 1) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (comma == NULL)
			comma = end;
		if (e->n_login == ENTRY_LIST_MAX)
			return refuse(why, "at most 16 logins");
		if (copy(e->login[e->n_login++], ENTRY_WORD_MAX + 1, p,
		    (size_t)(comma - p)) != 0)
			return refuse(why, "a login is 1 to 128 bytes");
		if (comma == end)
			return 0;
	}
}

/*
 * With its star: the scheme is there, so that no pattern covers numbers and
 * addresses at once, and what is compared with a canonical text is lowered
 * alike.
 */
static int
parse_pattern(char *dst, const char *p, size_t len)
{
	const char *star = memchr(p, '*', len);
	size_t i, after = len - (size_t)(star - p) - 1;
	int is_host = 0;

	if (memchr(star + 1, '*', after) != NULL ||
	    copy(dst, ENTRY_WORD_MAX + 1, p, len) != 0)
		return -1;
	if (p[0] == '+') {
		for (i = 1; i < len - 1; i++)
			if (!scan_is_digit((unsigned char)p[i]))
				return -1;
		return after == 0 ? 0 : -1;
	}
	if (!(len > 4 && scan_is(p, 4, "sip:")) &&
	    !(len > 5 && scan_is(p, 5, "sips:")))
		return -1;
	if (memchr(p, '@', len) == NULL && after > 0)
		return -1;
	for (i = 0; i < len; i++) {
		if (dst[i] == ' ')
			return -1;
		is_host |= dst[i] == '@';
		if (is_host || i < 4)	/* "sip:", "sips" */
			dst[i] = (char)scan_lower((unsigned char)dst[i]);
	}
	return 0;
}

static int
parse_allowed(char *dst, const char *p, size_t len)
{
	char full[TEL_FULL_SIZE];
	struct tel t;

	/* A star is a letter of SIP's too, but here it always stands in. */
	if (memchr(p, '*', len) != NULL)
		return parse_pattern(dst, p, len);
	if (tel_parse(&t, p, len, NULL) != 0)
		return -1;
	tel_full(&t, full);
	return copy(dst, ENTRY_WORD_MAX + 1, full, strlen(full));
}

static int
set_allow(struct entry *e, const struct value *v, const char **why)
{
	const char *p = v->text, *end = p + v->len, *comma;

	for (;; p = comma + 1) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (comma == NULL)
			comma = end;
		if (e->n_allow == ENTRY_LIST_MAX)
			return refuse(why, "at most 16 destinations");
		if (parse_allowed(e->allow[e->n_allow++], p,
		    (size_t)(comma - p)) != 0)
			return refuse(why, "a destination is a number, a SIP "
			    "address, or a beginning as +44* or sip:*@host");
		if (comma == end)
			return 0;
	}
}

static int
set_expires(struct entry *e, const struct value *v, const char **why)
{
	uint64_t s;

	if (scan_duration(v->text, v->len, 90 * DAY_S, &s) != 0 ||
	    s < MINUTE_S)
		return refuse(why, "1m to 90d");
	e->expires_s = (uint32_t)s;
	return 0;
}

static int
set_uses(struct entry *e, const struct value *v, const char **why)
{
	uint64_t n;

	if (scan_uint(v->text, v->len, 255, &n) != 0)
		return refuse(why, "0 to 255");
	e->uses = (uint8_t)n;
	return 0;
}

static int
set_max(struct entry *e, const struct value *v, const char **why)
{
	uint64_t s;

	if (scan_duration(v->text, v->len, 4 * HOUR_S, &s) != 0 ||
	    s < MINUTE_S)
		return refuse(why, "1m to 4h");
	e->max_s = (uint32_t)s;
	return 0;
}

static int
set_window(struct entry *e, const struct value *v, const char **why)
{
	return window_parse(&e->window, v->text, v->len, why);
}

static int
set_lang(struct entry *e, const struct value *v, const char **why)
{
	if (v->len != 2 || !scan_is_alpha((unsigned char)v->text[0]) ||
	    !scan_is_alpha((unsigned char)v->text[1]))
		return refuse(why, "a language is two letters");
	e->lang[0] = (char)scan_lower((unsigned char)v->text[0]);
	e->lang[1] = (char)scan_lower((unsigned char)v->text[1]);
	return 0;
}

static int
set_sound(struct entry *e, const struct value *v, const char **why)
{
	if (v->text[0] != '/' ||
	    copy(e->sound, sizeof(e->sound), v->text, v->len) != 0)
		return refuse(why, "a recording is a path that begins with /, "
		    "of at most 128 bytes");
	return 0;
}

static const struct {
	const char	*name;
	int		(*set)(struct entry *, const struct value *,
			    const char **why);
} words[] = {
	{ "to", set_to },
	{ "name", set_name },
	{ "account", set_account },
	{ "mode", set_mode },
	{ "login", set_login },
	{ "allow", set_allow },
	{ "expires", set_expires },
	{ "uses", set_uses },
	{ "max", set_max },
	{ "window", set_window },
	{ "lang", set_lang },
	{ "template", set_template },
	{ "sound", set_sound },
};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

/*
 * A value ends at a space; in quotes, where \" and \\ stand for themselves, at
 * the closing one.  Gives what follows it, or NULL.
 */
static const char *
unquote(struct value *v, const char *p, const char *end)
{
	const int is_quoted = p < end && *p == '"';

	v->len = 0;
	for (p += is_quoted; p < end; p++) {
		if (is_quoted ? *p == '"' : scan_is_space((unsigned char)*p))
			break;
		if (!is_quoted && *p == '"')
			return NULL;
		if (is_quoted && *p == '\\' && ++p == end)
			return NULL;
		if (v->len + 1 == sizeof(v->text))
			return NULL;
		v->text[v->len++] = *p;
	}
	v->text[v->len] = '\0';
	if (!is_quoted)
		return p;
	if (p == end || (++p < end && !scan_is_space((unsigned char)*p)))
		return NULL;
	return p;
}

static int
find_word(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < N_WORDS; i++)
		if (scan_is(name, len, words[i].name))
			return (int)i;
	return -1;
}

static const char *
nearest(const char *name)
{
	const char *best = NULL;
	size_t i, d, least = NEAR_MAX;

	for (i = 0; i < N_WORDS; i++) {
		d = near_distance(name, words[i].name);
		if (d > 0 && d < least && near_is_typo(name, words[i].name)) {
			least = d;
			best = words[i].name;
		}
	}
	return best;
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && scan_is_space((unsigned char)*p))
		p++;
	return p;
}

/* Where a complaint goes. */
struct complaint {
	char	*text;
	size_t	 size;
};

/*
 * Nothing is shown that may be a number, here or where a value is wrong:
 * complaints are logged.
 */
static void
complain_unknown(const struct complaint *c, const char *name, size_t len)
{
	char word[NEAR_MAX + 1];
	const char *guess;

	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	if (strpbrk(word, "0123456789") != NULL) {
		snprintf(c->text, c->size, "digits that are no word: a number "
		    "is written to=NUMBER");
		return;
	}
	guess = nearest(word);
	snprintf(c->text, c->size, "no such word: \"%s\"%s%s%s", word,
	    guess != NULL ? "; did you mean " : "", guess != NULL ? guess : "",
	    guess != NULL ? "=?" : "");
}

/* Reads the word at `p`; what follows it, or NULL and a complaint. */
static const char *
parse_word(struct entry *e, unsigned *seen, const char *p, const char *end,
    const struct complaint *c)
{
	const char *why = "";
	struct value v;
	size_t n = 0;
	int i;

	while (p + n < end && scan_is_alnum((unsigned char)p[n]))
		n++;
	i = find_word(p, n);
	if (i == -1 || p + n == end || p[n] != '=') {
		complain_unknown(c, p, n > 0 && n < 40 ? n :
		    (size_t)(end - p < 16 ? end - p : 16));
		return NULL;
	}
	if ((*seen & 1u << i) != 0) {
		snprintf(c->text, c->size, "%s= stands there twice",
		    words[i].name);
		return NULL;
	}
	*seen |= 1u << i;
	p = unquote(&v, p + n + 1, end);
	if (p == NULL || v.len == 0) {
		snprintf(c->text, c->size, p == NULL ? "%s= is too long, or "
		    "its quotes do not match" : "%s= is empty", words[i].name);
		return NULL;
	}
	if (words[i].set(e, &v, &why) != 0) {
		snprintf(c->text, c->size, "%s=: %s", words[i].name, why);
		return NULL;
	}
	return p;
}

int
entry_parse(struct entry *e, const char *p, size_t len, char *why, size_t size)
{
	const struct complaint c = { why, size };
	const char *end = p + len;
	unsigned seen = 0;

	memset(e, 0, sizeof(*e));
	memcpy(e->account, TERMS_ACCOUNT_DEFAULT,
	    sizeof(TERMS_ACCOUNT_DEFAULT));
	memcpy(e->lang, "en", 3);
	e->expires_s = 7 * DAY_S;
	for (p = skip_space(p, end); p < end; p = skip_space(p, end)) {
		p = parse_word(e, &seen, p, end, &c);
		if (p == NULL)
			return -1;
	}
	if (e->to.kind == TEL_NONE) {
		snprintf(why, size, "to= is missing");
		return -1;
	}
	return 0;
}

static int
is_domain(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!scan_is_alnum((unsigned char)p[i]) && p[i] != '-' &&
		    p[i] != '.' && (unsigned char)p[i] < 0x80)
			return 0;
	return len > 0 && p[0] != '.' && p[len - 1] != '.';
}

int
entry_key(const char *p, size_t len, char *dst, size_t size, const char **why)
{
	const char *at = memchr(p, '@', len);
	size_t local = at == NULL ? 0 : (size_t)(at - p), i;

	if (at == NULL || !is_domain(at + 1, len - local - 1))
		return refuse(why, "a key is an address or @domain");
	for (i = 0; i < local; i++)
		if (scan_is_space((unsigned char)p[i]) ||
		    memchr("\"(),:;<>[\\]", p[i], 11) != NULL)
			return refuse(why, "an address without quotes and "
			    "brackets is wanted");
	if (len > ADDRESS_MAX || copy(dst, size, p, len) != 0)
		return refuse(why, "an address is 3 to 254 bytes of UTF-8 "
		    "without controls");
	for (i = 0; i < local; i++)
		dst[i] = (char)scan_lower((unsigned char)dst[i]);
	if (idn_ascii(dst + local + 1, size - local - 1, at + 1,
	    len - local - 1) != 0 || strlen(dst) > ADDRESS_MAX)
		return refuse(why, "the domain is too long");
	return 0;
}

static int
covers(const char *pattern, const char *text)
{
	const char *star = strchr(pattern, '*');
	size_t before, after, len = strlen(text);

	if (star == NULL)
		return strcmp(pattern, text) == 0;
	before = (size_t)(star - pattern);
	after = strlen(star + 1);
	return len >= before + after && strncmp(pattern, text, before) == 0 &&
	    strcmp(star + 1, text + len - after) == 0;
}

int
entry_allows(const struct entry *e, const struct tel *t)
{
	char full[TEL_FULL_SIZE];
	size_t i;

	if (t->kind == TEL_NONE)
		return 0;
	if (tel_same(t, &e->to))
		return 1;
	tel_full(t, full);
	for (i = 0; i < e->n_allow; i++)
		if (covers(e->allow[i], full))
			return 1;
	return 0;
}
