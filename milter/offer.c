/*
 * The grammar of X-Call-Offer.  Pure: bytes in, a struct or a reason out.
 */

#include <stdio.h>
#include <string.h>

#include "lib/near.h"
#include "lib/scan.h"

#include "milter/offer.h"

#define EXPIRES_MIN	60u
#define EXPIRES_MAX	(90u * 86400u)
#define CALL_MIN	60u
#define CALL_MAX	(4u * 3600u)
#define NAME_MAX_LEN	16

struct why {
	char	*text;
	size_t	 size;
};

/* A parameter, its value without quotes and escapes. */
struct param {
	const char	*name;
	size_t		 name_len;
	char		 value[OFFER_MAX + 1];
	size_t		 len;
};

static int
refuse(const struct why *why, const char *text)
{
	snprintf(why->text, why->size, "%s", text);
	return -1;
}

static int
refuse_param(const struct why *why, const struct param *p, const char *text)
{
	snprintf(why->text, why->size, "the parameter %.*s %s",
	    (int)p->name_len, p->name, text);
	return -1;
}

/*
 * RFC 5322, 2.2.3: a line break before white space goes.  Everything else that
 * is not printable ASCII is refused.
 */
static int
unfold(char *dst, size_t *len, const char *p, size_t n, const struct why *why)
{
	size_t i, used = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			i++;
		if (p[i] == '\n' && i + 1 < n &&
		    scan_is_space((unsigned char)p[i + 1]))
			continue;
		if (p[i] != '\t' && (p[i] < ' ' || p[i] > '~'))
			return refuse(why, "only printable ASCII is allowed");
		if (used == OFFER_MAX)
			return refuse(why, "at most 512 characters");
		dst[used++] = p[i];
	}
	while (used > 0 && scan_is_space((unsigned char)dst[used - 1]))
		used--;
	*len = used;
	return 0;
}

static void
skip_space(const char **p, const char *end)
{
	while (*p < end && scan_is_space((unsigned char)**p))
		(*p)++;
}

static int
is_token(int c)
{
	return c > ' ' && c <= '~' &&
	    memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

static int
read_quoted(struct param *out, const char **p, const char *end,
    const struct why *why)
{
	for ((*p)++; *p < end && **p != '"'; (*p)++) {
		if (**p == '\\' && ++*p == end)
			break;
		out->value[out->len++] = **p;
	}
	if (*p == end)
		return refuse_param(why, out, "lacks its closing quote");
	(*p)++;
	return 0;
}

/* A name is told in complaints, which are logged: no number may be in it. */
static int
has_digit(const char *p, size_t n)
{
	while (n > 0 && !scan_is_digit((unsigned char)*p)) {
		p++;
		n--;
	}
	return n > 0;
}

/* At the name of a parameter; leaves `p` behind its value. */
static int
read_param(struct param *out, const char **p, const char *end,
    const struct why *why)
{
	out->name = *p;
	while (*p < end && is_token((unsigned char)**p))
		(*p)++;
	out->name_len = (size_t)(*p - out->name);
	out->len = 0;
	if (out->name_len == 0)
		return refuse(why, "a parameter is missing behind a semicolon");
	if (out->name_len > NAME_MAX_LEN)
		return refuse(why, "a parameter's name is too long");
	if (has_digit(out->name, out->name_len))
		return refuse(why, "a parameter has a name in letters: "
		    "name=value");
	if (*p == end || **p != '=')
		return refuse_param(why, out, "needs a value: name=value");
	if (++*p < end && **p == '"') {
		if (read_quoted(out, p, end, why) != 0)
			return -1;
	} else {
		while (*p < end && is_token((unsigned char)**p))
			out->value[out->len++] = *(*p)++;
	}
	out->value[out->len] = '\0';
	if (out->len == 0)
		return refuse_param(why, out, "is empty");
	return 0;
}

static int
set_expires(struct offer *o, const struct param *p, const struct why *why)
{
	uint64_t s;

	if (scan_duration(p->value, p->len, EXPIRES_MAX, &s) != 0 ||
	    s < EXPIRES_MIN)
		return refuse_param(why, p, "is a time from 1m to 90d, as 7d");
	o->expires_s = (uint32_t)s;
	return 0;
}

static int
set_uses(struct offer *o, const struct param *p, const struct why *why)
{
	uint64_t n;

	if (scan_uint(p->value, p->len, UINT8_MAX, &n) != 0 || n < 1)
		return refuse_param(why, p, "is a number from 1 to 255");
	o->uses = (uint8_t)n;
	return 0;
}

static int
set_max(struct offer *o, const struct param *p, const struct why *why)
{
	uint64_t s;

	if (scan_duration(p->value, p->len, CALL_MAX, &s) != 0 || s < CALL_MIN)
		return refuse_param(why, p, "is a time from 1m to 4h, as 30m");
	o->max_s = (uint32_t)s;
	return 0;
}

/* Meant as a number with its country code, or as a SIP address (sip, sips). */
static int
is_callable(const char *p, size_t len)
{
	return len > 0 && (*p == '+' || (len > 3 && scan_is(p, 3, "sip")));
}

static int
set_to(struct offer *o, const struct param *p, const struct why *why)
{
	const char *reason;

	if (tel_parse(&o->offeree, p->value, p->len, &reason) != 0) {
		snprintf(why->text, why->size, "the parameter to cannot be "
		    "rung: %s", is_callable(p->value, p->len) ? reason :
		    "write it with + and its country code");
		return -1;
	}
	return 0;
}

static int
set_window(struct offer *o, const struct param *p, const struct why *why)
{
	const char *reason;

	if (window_parse(&o->window, p->value, p->len, &reason) != 0) {
		snprintf(why->text, why->size, "the hours cannot be read: %s",
		    reason);
		return -1;
	}
	return 0;
}

static int
set_lang(struct offer *o, const struct param *p, const struct why *why)
{
	if (p->len != 2 || !scan_is_alpha((unsigned char)p->value[0]) ||
	    !scan_is_alpha((unsigned char)p->value[1]))
		return refuse_param(why, p, "is two letters, such as en");
	o->lang[0] = (char)scan_lower((unsigned char)p->value[0]);
	o->lang[1] = (char)scan_lower((unsigned char)p->value[1]);
	return 0;
}

static int
set_ref(struct offer *o, const struct param *p, const struct why *why)
{
	if (p->len > TERMS_REFERENCE_MAX ||
	    !scan_is_printable_utf8(p->value, p->len))
		return refuse_param(why, p, "has at most 40 characters");
	memcpy(o->reference, p->value, p->len + 1);
	return 0;
}

/* Dialled after the answer, as ";ext=" behind a number (RFC 3966). */
static int
set_ext(struct offer *o, const struct param *p, const struct why *why)
{
	size_t i;

	if (o->wish != OFFER_DESTINATION)
		return refuse_param(why, p, "goes with a number, not with yes");
	for (i = 0; i < p->len; i++)
		if (!scan_is_digit((unsigned char)p->value[i]))
			return refuse_param(why, p, "has digits only");
	if (p->len > TEL_EXT_MAX)
		return refuse_param(why, p, "has at most 10 digits");
	memcpy(o->destination.ext, p->value, p->len + 1);
	return 0;
}

static const struct setter {
	const char	*name;
	int		(*set)(struct offer *, const struct param *,
			    const struct why *);
} setters[] = {
	{ "expires", set_expires },
	{ "ext", set_ext },
	{ "lang", set_lang },
	{ "max", set_max },
	{ "ref", set_ref },
	{ "to", set_to },
	{ "uses", set_uses },
	{ "window", set_window },
};
#define N_SETTERS (sizeof(setters) / sizeof(setters[0]))

static int
refuse_unknown(const struct why *why, const struct param *p)
{
	char name[NAME_MAX_LEN + 1], text[64];
	size_t i, d, least = NEAR_MAX, best = 0;

	snprintf(name, sizeof(name), "%.*s", (int)p->name_len, p->name);
	for (i = 0; i < N_SETTERS; i++) {
		d = near_distance(name, setters[i].name);
		if (d < least && near_is_typo(name, setters[i].name)) {
			least = d;
			best = i;
		}
	}
	if (least == NEAR_MAX)
		return refuse_param(why, p, "is unknown");
	snprintf(text, sizeof(text), "is unknown; did you mean %s?",
	    setters[best].name);
	return refuse_param(why, p, text);
}

static int
set_param(struct offer *o, unsigned *seen, const struct param *p,
    const struct why *why)
{
	size_t i;

	for (i = 0; i < N_SETTERS; i++) {
		if (!scan_is(p->name, p->name_len, setters[i].name))
			continue;
		if (*seen & 1u << i)
			return refuse_param(why, p, "is there twice");
		*seen |= 1u << i;
		return setters[i].set(o, p, why);
	}
	return refuse_unknown(why, p);
}

/* Yes, and something behind it that begins no parameter. */
static int
is_more_than_yes(const char *p, size_t len)
{
	return len > 3 && scan_is(p, 3, "yes") &&
	    !scan_is_alnum((unsigned char)p[3]);
}

static int
read_wish(struct offer *o, const char *p, size_t len, const struct why *why)
{
	const char *reason;

	if (scan_is(p, len, "no")) {
		o->wish = OFFER_NO;
		return 0;
	}
	if (scan_is(p, len, "yes")) {
		o->wish = OFFER_REGISTERED;
		return 0;
	}
	if (!is_callable(p, len))
		return refuse(why, is_more_than_yes(p, len) ?
		    "what follows yes stands behind a semicolon: "
		    "yes; expires=7d" :
		    "write yes, no, a number with its country code as "
		    "+14155550100, or an address as sip:desk@example.com");
	o->wish = OFFER_DESTINATION;
	if (tel_parse(&o->destination, p, len, &reason) != 0) {
		snprintf(why->text, why->size, "this cannot be rung: %s",
		    reason);
		return -1;
	}
	return 0;
}

/* An extension is for numbers: nothing else can dial one after the answer. */
static int
check_ext(const struct offer *o, const struct why *why)
{
	if (o->destination.ext[0] != '\0' && o->destination.kind != TEL_E164)
		return refuse(why, "the parameter ext goes with a number");
	return 0;
}

int
offer_parse(struct offer *o, const char *text, size_t n, char *why_text,
    size_t size)
{
	const struct why why = { why_text, size };
	char value[OFFER_MAX];
	const char *p = value, *end, *first;
	struct param param;
	unsigned seen = 0;
	size_t len;

	memset(o, 0, sizeof(*o));
	if (unfold(value, &len, text, n, &why) != 0)
		return -1;
	end = value + len;
	skip_space(&p, end);
	first = p;
	while (p < end && *p != ';')
		p++;
	len = (size_t)(p - first);
	while (len > 0 && scan_is_space((unsigned char)first[len - 1]))
		len--;
	if (read_wish(o, first, len, &why) != 0)
		return -1;
	while (p < end) {
		if (*p != ';')
			return refuse(&why,
			    "parameters are separated by semicolons");
		if (o->wish == OFFER_NO)
			return refuse(&why, "no takes no parameters");
		p++;
		skip_space(&p, end);
		if (read_param(&param, &p, end, &why) != 0 ||
		    set_param(o, &seen, &param, &why) != 0)
			return -1;
		skip_space(&p, end);
	}
	return check_ext(o, &why);
}
