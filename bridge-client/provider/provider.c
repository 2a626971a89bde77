/* What the files in provider/ have in common. */

#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

#include "bridge-client/provider/provider.h"

void
provider_put_id(const unsigned char call[PROVIDER_CALL_BYTES],
    char dst[PROVIDER_ID_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < PROVIDER_CALL_BYTES; i++) {
		dst[2 * i] = hex[call[i] >> 4];
		dst[2 * i + 1] = hex[call[i] & 15];
	}
	dst[2 * i] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
provider_read_id(const char *hex, size_t len,
    unsigned char call[PROVIDER_CALL_BYTES])
{
	int high, low;
	size_t i;

	if (len != 2 * PROVIDER_CALL_BYTES)
		return -1;
	for (i = 0; i < PROVIDER_CALL_BYTES; i++) {
		high = hex_digit(hex[2 * i]);
		low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return -1;
		call[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

void
provider_put_leg(const unsigned char call[PROVIDER_CALL_BYTES], enum leg leg,
    char dst[PROVIDER_LEG_SIZE])
{
	char id[PROVIDER_ID_SIZE];

	provider_put_id(call, id);
	snprintf(dst, PROVIDER_LEG_SIZE, "co-%s-%c", id,
	    leg == LEG_A ? 'a' : 'b');
}

int
provider_read_leg(const char *s, size_t len, struct provider_event *out)
{
	char leg;

	if (len != PROVIDER_LEG_SIZE - 1 || memcmp(s, "co-", 3) != 0 ||
	    s[len - 2] != '-')
		return -1;
	leg = s[len - 1];
	if (leg != 'a' && leg != 'b')
		return -1;
	out->leg = leg == 'a' ? LEG_A : LEG_B;
	return provider_read_id(s + 3, len - 5, out->call);
}

int
provider_is_word(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!scan_is_alnum((unsigned char)s[i]) && s[i] != '-' &&
		    s[i] != '_')
			return 0;
	return len > 0 && len < PROVIDER_WORD_SIZE;
}

int
provider_is_web(const char *s)
{
	return (strncmp(s, "https://", 8) == 0 ||
	    strncmp(s, "http://", 7) == 0) && strlen(s) > 10 &&
	    strpbrk(s, " ?#\"<>\\") == NULL && s[strlen(s) - 1] != '/';
}

void
provider_put_to(const struct tel *to, char dst[PROVIDER_TO_SIZE])
{
	if (strncmp(to->text, "sips:", 5) == 0)
		snprintf(dst, PROVIDER_TO_SIZE, "sip:%s;transport=tls",
		    to->text + 5);
	else
		snprintf(dst, PROVIDER_TO_SIZE, "%s", to->text);
}

int
provider_is_number(const char *s)
{
	return s != NULL && s[0] == '+' && s[1] != '\0' &&
	    strspn(s + 1, "0123456789") == strlen(s + 1);
}

const char *
provider_check_web(const struct provider_conf *c, const char *unquoted)
{
	if (*c->trunk_pstn != '\0' || *c->trunk_sip != '\0')
		return "trunk_pstn and trunk_sip are Asterisk's";
	if (!provider_is_web(c->prompts) ||
	    strpbrk(c->prompts, unquoted) != NULL)
		return "prompts must be a URL under which the web server shows "
		    "the prompts";
	return NULL;
}

int
provider_can_ring(const struct provider_intent *in)
{
	return in->to->kind != TEL_NONE && provider_is_number(in->caller) &&
	    in->ring_s > 0 && in->max_s > 0;
}

int
provider_is_known(const char *ref)
{
	return ref != NULL && *ref != '\0';
}

int
provider_is_search(const struct provider_intent *in)
{
	return (in->act == PROVIDER_HANG || in->act == PROVIDER_FIND) &&
	    !provider_is_known(in->ref);
}

const char *
provider_behind(const struct provider_intent *in, const char *prompt)
{
	const char *said = "";

	if (strcmp(prompt, PROVIDER_NAME) == 0)
		said = in->name;
	else if (strcmp(prompt, PROVIDER_REFERENCE) == 0)
		said = in->reference;
	return said != NULL ? said : "";
}

const char *
provider_tongue(const struct provider_intent *in)
{
	static const char *const tags[] = {
		"en-GB", "de-DE", "es-ES", "fr-FR", "ja-JP", "it-IT", "nl-NL",
		"pl-PL", "pt-PT", "ru-RU", "tr-TR"
	};
	size_t i;

	if (strcmp(in->lang, "ar") == 0)
		return "arb";
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strncmp(tags[i], in->lang, 2) == 0)
			return tags[i];
	return tags[0];
}

/* It introduces what is said behind it, and there is nothing to say. */
static int
is_left_out(const struct provider_intent *in, const char *prompt)
{
	return (strcmp(prompt, PROVIDER_NAME) == 0 ||
	    strcmp(prompt, PROVIDER_REFERENCE) == 0) &&
	    provider_behind(in, prompt)[0] == '\0';
}

/* The first of a list.  0, or -1: it is no word. */
static int
first(const char *list, char dst[PROVIDER_WORD_SIZE])
{
	size_t len = strcspn(list, ",");

	if (!provider_is_word(list, len))
		return -1;
	memcpy(dst, list, len);
	dst[len] = '\0';
	return 0;
}

/* What follows it, or NULL. */
static const char *
next(const char *list)
{
	const char *comma = strchr(list, ',');

	return comma != NULL ? comma + 1 : NULL;
}

int
provider_prompt(const struct provider_intent *in, int i,
    char dst[PROVIDER_WORD_SIZE])
{
	const char *p;

	for (p = in->prompt; p != NULL; p = next(p)) {
		if (first(p, dst) < 0)
			return -1;
		if (!is_left_out(in, dst) && i-- == 0)
			return 0;
	}
	return -1;
}

int
provider_n_prompts(const struct provider_intent *in)
{
	char name[PROVIDER_WORD_SIZE];
	const char *p;
	int n = 0;

	if (in->prompt == NULL || in->lang == NULL ||
	    !provider_is_word(in->lang, strlen(in->lang)))
		return -1;
	for (p = in->prompt; p != NULL; p = next(p)) {
		if (first(p, name) < 0)
			return -1;
		n += !is_left_out(in, name);
	}
	return n;
}

int
provider_header(const struct provider_hook *h, const char *name, char *dst,
    size_t size)
{
	const char *line = h->headers, *value;
	size_t len = strlen(name), n;
	int count = 0;

	for (; *line != '\0'; line += *line == '\n') {
		n = strcspn(line, "\n");
		if (n > len && memcmp(line, name, len) == 0 &&
		    line[len] == ':') {
			value = line + len + 1;
			value += strspn(value, " \t");
			n = (size_t)(line + n - value);
			if (n >= size)
				return -1;
			memcpy(dst, value, n);
			dst[n] = '\0';
			count++;
			line = value;
		}
		line += n;
	}
	return count == 1 ? 0 : -1;
}

const char *
provider_hooked_leg(const struct provider_conf *c,
    const struct provider_hook *h, struct provider_event *out)
{
	size_t skip = strlen(c->hook_url) + 1, len = PROVIDER_LEG_SIZE - 1;

	if (strlen(h->url) < skip + len ||
	    provider_read_leg(h->url + skip, len, out) < 0)
		return NULL;
	return h->url + skip + len;
}

const char *
provider_spoken(const char *what)
{
	static const char spoken[] = "/spoken/";
	size_t n = sizeof(spoken) - 1;

	return strncmp(what, spoken, n) == 0 &&
	    provider_is_word(what + n, strlen(what + n)) ? what + n : NULL;
}

void
provider_put_spoken(struct provider_event *e, const char *prompt)
{
	e->kind = EVENT_SPOKEN;
	provider_plain(e->detail, sizeof(e->detail), prompt);
}

int
provider_put_key(struct provider_event *e, const char *digits)
{
	if (digits == NULL || strlen(digits) != 1 ||
	    strchr("0123456789*#", digits[0]) == NULL)
		return 0;
	e->kind = EVENT_KEY;
	e->key = digits[0];
	return 1;
}

/* The characters at `s` that could be a telephone number, as it is written
 * anywhere ("20 7946-0123", "01 42 34 56 78"), or somebody's SIP address; 0:
 * they could not. */
static size_t
number_len(const char *s)
{
	size_t i, n = 0, end = 0, digits = strspn(s, "0123456789");

	if (scan_is(s, strnlen(s, 4), "sip:") ||
	    scan_is(s, strnlen(s, 5), "sips:"))
		return strcspn(s, " \"'<>,");
	for (i = 0; s[i] != '\0' && strchr(" -()/0123456789", s[i]); i++)
		if (scan_is_digit((unsigned char)s[i])) {
			n++;
			end = i + 1;
		}
	if (digits == 0)
		return 0;
	return n >= TEL_DIGITS_MIN ? end : digits > 3 ? digits : 0;
}

void
provider_plain(char *dst, size_t size, const char *text)
{
	size_t n = 0, len;

	while (*text != '\0' && n + 4 < size) {
		len = number_len(text);
		if (len > 0) {
			memcpy(dst + n, "...", 3);
			n += 3;
			text += len;
			continue;
		}
		dst[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
		text++;
	}
	dst[n] = '\0';
}

static int
is_currency(const char *s)
{
	return strlen(s) == 3 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

void
provider_put_price(char dst[PROVIDER_PRICE_MAX + 1], const char *amount,
    const char *currency)
{
	size_t n;

	dst[0] = '\0';
	if (amount == NULL)
		return;
	amount += *amount == '-';
	n = strlen(amount);
	if (n == 0 || n > PROVIDER_PRICE_MAX - 4 ||
	    !scan_is_digit((unsigned char)amount[0]) ||
	    strspn(amount, "0123456789.") != n ||
	    strchr(amount, '.') != strrchr(amount, '.'))
		return;
	snprintf(dst, PROVIDER_PRICE_MAX + 1, "%s%s%s", amount,
	    currency != NULL && is_currency(currency) ? " " : "",
	    currency != NULL && is_currency(currency) ? currency : "");
}

void
provider_set_ref(char dst[PROVIDER_REF_MAX + 1], const char *ref)
{
	dst[0] = '\0';
	if (ref != NULL && strlen(ref) <= PROVIDER_REF_MAX)
		memcpy(dst, ref, strlen(ref) + 1);
}

void
provider_say(struct provider_reply *out, enum provider_outcome outcome,
    const char *detail)
{
	out->outcome = outcome;
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
}

void
provider_say_http(struct provider_reply *out, enum provider_outcome outcome,
    int status, const char *title, const char *more)
{
	char text[256], plain[96];

	snprintf(text, sizeof(text), "%s%s%s", title != NULL ? title : "",
	    title != NULL && more != NULL ? ": " : "",
	    more != NULL ? more : "");
	provider_plain(plain, sizeof(plain), text);
	out->outcome = outcome;
	snprintf(out->detail, sizeof(out->detail), "HTTP %d%s%s", status,
	    plain[0] != '\0' ? ": " : "", plain);
}

enum provider_cause
provider_cause_of(int sip, int q850)
{
	static const struct {
		int			sip, q850;
		enum provider_cause	cause;
	} table[] = {
		{ 486, 17, CAUSE_BUSY },	/* user busy */
		{ 600, 17, CAUSE_BUSY },	/* busy everywhere */
		{ 603, 21, CAUSE_DECLINED },	/* call rejected */
		{ 607, 21, CAUSE_DECLINED },	/* unwanted (RFC 8197) */
		{ 480, 19, CAUSE_NO_ANSWER },	/* alerting, no answer */
		{ 487, 16, CAUSE_CANCELLED },	/* normal clearing */
		{ 404,  1, CAUSE_UNREACHABLE },	/* unallocated number */
		{ 410, 22, CAUSE_UNREACHABLE },	/* number changed */
		{ 484, 28, CAUSE_UNREACHABLE },	/* address incomplete */
		{ 604,  3, CAUSE_UNREACHABLE },	/* no route to destination */
		{ 408, 18, CAUSE_UNREACHABLE },	/* no user responding */
		{ 502, 27, CAUSE_UNREACHABLE },	/* out of order */
		{ 410, 20, CAUSE_UNREACHABLE },	/* subscriber absent */
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (sip != 0 ? sip == table[i].sip : q850 == table[i].q850)
			return table[i].cause;
	return CAUSE_FAILED;
}

void
provider_say_made(struct provider_reply *out, const char *ref)
{
	provider_set_ref(out->ref, ref);
	if (out->ref[0] != '\0')
		provider_say(out, PROVIDER_DONE, "");
	else
		provider_say(out, PROVIDER_UNKNOWN,
		    "the answer does not name the call");
}

enum provider_outcome
provider_not_made(int status)
{
	return status < 400 ? PROVIDER_UNKNOWN : provider_not_obeyed(status);
}

enum provider_outcome
provider_not_obeyed(int status)
{
	if (status == 429)
		return PROVIDER_NOT;
	return status >= 500 ? PROVIDER_UNKNOWN : PROVIDER_REFUSED;
}

void
provider_say_listed(struct provider_reply *out,
    const struct provider_intent *in, const char *ref)
{
	provider_set_ref(out->ref, ref);
	provider_say(out, in->act == PROVIDER_HANG && out->ref[0] != '\0' ?
	    PROVIDER_MORE : PROVIDER_DONE, "");
}

void
provider_set_found(struct provider_reply *out, const struct provider_event *e)
{
	out->found = e->kind == EVENT_RINGING ? PROVIDER_IS_RINGING :
	    e->kind == EVENT_ANSWERED ? PROVIDER_IS_UP : PROVIDER_GONE;
	out->has_cause = e->kind == EVENT_GONE;
	out->cause = e->cause;
}
