/*
 * guard: what may be dialled, and how often.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pattern.h"
#include "lib/scan.h"
#include "lib/tel.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/busy.h"
#include "bridge-client/guard/nonce.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/guard/prefix.h"
#include "bridge-client/guard/private.h"
#include "bridge-client/guard/rate.h"

#include "bridge-client/guard/guard.h"

#define MINUTES_10	600
#define DAY		86400
#define RETRY_S		60	/* where it depends on when others hang up */
#define NATIONAL_MIN	7	/* digits after the country code: what is
				   shorter may be a short service */
#define LIMITS_MAX	8
#define GUESSES_MAX	10	/* in a day, of the digits of a number that
				   is known: one in a hundred finds it */
#define EXT_MARK	";ext="
#define EXT_MAX		6	/* digits: an extension, and no way out of the
				   switchboard to another number */

/*
 * Global services and satellites: no country's, whatever the metadata says
 * (ITU-T E.164 assigned codes; +882 and +883 count as "VoIP" there).
 */
static const char *const never[] = {
	"+800", "+808", "+870", "+878", "+881", "+882", "+883", "+888", "+979"
};

static int
is_never(const char *e164)
{
	size_t i;

	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strncmp(e164, never[i], strlen(never[i])) == 0)
			return 1;
	return 0;
}

static int
is_type_allowed(enum phone_type type)
{
	switch (type) {
	case PHONE_FIXED:
	case PHONE_MOBILE:
	case PHONE_FIXED_OR_MOBILE:
	case PHONE_TOLL_FREE:
	case PHONE_VOIP:
		return 1;
	case PHONE_UNKNOWN:
	case PHONE_PREMIUM:
	case PHONE_SHARED_COST:
	case PHONE_PERSONAL:
	case PHONE_PAGER:
	case PHONE_UAN:
	case PHONE_VOICEMAIL:
		break;
	}
	return 0;
}

static int
is_country_allowed(const struct contract_account *a, const char *region)
{
	size_t i;

	if (a->countries.n == 0)
		return strcmp(a->region, region) == 0;
	for (i = 0; i < a->countries.n; i++)
		if (strcmp(a->countries.item[i], region) == 0)
			return 1;
	return 0;
}

static size_t
national_digits(const struct phone *p)
{
	size_t n = strlen(p->e164) - 1;
	int c;

	for (c = p->country; c > 0; c /= 10)
		n--;
	return n;
}

static enum ask_refusal
judge(const struct contract_account *a, const struct phone *p)
{
	if (is_never(p->e164) || prefix_covers(a->deny, p->e164))
		return ASK_NUMBER_DENIED;
	if (!p->is_possible || !p->is_valid)
		return ASK_NUMBER_BAD;
	if (national_digits(p) < NATIONAL_MIN || !is_type_allowed(p->type) ||
	    !is_country_allowed(a, p->region))
		return ASK_NUMBER_DENIED;
	return ASK_OK;
}

/*
 * SIP addresses.
 */

/* The user and host of "sip:user@host:port". */
static int
split_sip(const char *text, char user[TEL_TEXT_MAX + 1],
    char host[TEL_TEXT_MAX + 1])
{
	const char *p = strchr(text, ':'), *at = strrchr(text, '@');
	size_t n;

	if (p == NULL || at == NULL || at < p)
		return -1;
	n = (size_t)(at - p - 1);
	if (n == 0 || n > TEL_TEXT_MAX)
		return -1;
	memcpy(user, p + 1, n);
	user[n] = '\0';
	n = strcspn(at + 1, ":");
	if (at[1] == '[' || n == 0 || n > TEL_TEXT_MAX)
		return -1;
	memcpy(host, at + 1, n);
	host[n] = '\0';
	return 0;
}

/* 192.0.2.1, or anything that ends in a number and so is no name. */
static int
is_address_literal(const char *host)
{
	return scan_is_digit((unsigned char)host[strlen(host) - 1]);
}

static int
has_letter(const char *s)
{
	while (*s != '\0' && !scan_is_alpha((unsigned char)*s))
		s++;
	return *s != '\0';
}

/* Without a letter it is a number, whatever stands between the digits; one
 * with a plus sign is rung as it stands, so it must be what was judged. */
static enum ask_refusal
judge_user(const struct contract_account *a, const char *user, int is_offeree)
{
	struct phone p;

	if (user[0] == '+')
		return phone_read(&p, user, "") == -1 ||
		    strcmp(p.e164, user) != 0 ? ASK_NUMBER_BAD : judge(a, &p);
	if (has_letter(user))
		return ASK_OK;
	/*
	 * What a switch makes of bare digits is its own business: an extension
	 * that the organisation offers is fine, what a stranger types is not.
	 */
	if (is_offeree || phone_is_emergency(user, a->region))
		return ASK_NUMBER_DENIED;
	return ASK_OK;
}

static enum ask_refusal
judge_sip(const struct contract_account *a, const char *text, int is_offeree)
{
	char user[TEL_TEXT_MAX + 1], host[TEL_TEXT_MAX + 1];

	if (is_offeree && !a->is_sip_offeree)
		return ASK_NUMBER_DENIED;
	if (split_sip(text, user, host) == -1 || is_address_literal(host) ||
	    (is_offeree && private_is_name(host)) ||
	    !pattern_fits_any(&a->sip_domains, host))
		return ASK_NUMBER_DENIED;
	return judge_user(a, user, is_offeree);
}

static int
is_sip(const char *typed)
{
	size_t n = strlen(typed);

	return (n > 4 && scan_is(typed, 4, "sip:")) ||
	    (n > 5 && scan_is(typed, 5, "sips:"));
}

static enum ask_refusal
read_sip(const struct contract_account *a, const char *typed,
    struct guard_number *out)
{
	const char *why;

	if (!a->is_sip_offeree)
		return ASK_NUMBER_DENIED;
	if (tel_parse(&out->tel, typed, strlen(typed), &why) == -1)
		return ASK_NUMBER_BAD;
	return judge_sip(a, out->tel.text, 1);
}

/* "020 7946 0123;ext=42" (RFC 3966, 5.3): the number, and the digits that are
 * dialled after the answer.  0, or -1. */
static int
split_ext(const char *typed, char *number, size_t size,
    char ext[TEL_EXT_MAX + 1])
{
	const char *mark = strstr(typed, EXT_MARK), *digits;
	size_t n = mark != NULL ? (size_t)(mark - typed) : strlen(typed);

	digits = mark != NULL ? mark + strlen(EXT_MARK) : "";
	if (n >= size || strlen(digits) > EXT_MAX ||
	    strspn(digits, "0123456789") != strlen(digits) ||
	    (mark != NULL && digits[0] == '\0'))
		return -1;
	memcpy(number, typed, n);
	number[n] = '\0';
	memcpy(ext, digits, strlen(digits) + 1);
	return 0;
}

static enum ask_refusal
read_number(const struct contract_account *a, const char *typed,
    const char *region, struct guard_number *out)
{
	char number[TEL_FULL_SIZE], ext[TEL_EXT_MAX + 1];
	struct phone p;
	const char *why;
	enum ask_refusal refusal;

	if (split_ext(typed, number, sizeof(number), ext) == -1)
		return ASK_NUMBER_BAD;
	if (!phone_is_region(region))
		region = a->region;
	refusal = phone_read(&p, number, region) == -1 ? ASK_NUMBER_BAD :
	    judge(a, &p);
	if (refusal == ASK_NUMBER_BAD && phone_is_short(number, region))
		return ASK_NUMBER_DENIED;
	if (refusal != ASK_OK)
		return refusal;
	if (tel_parse(&out->tel, p.e164, strlen(p.e164), &why) == -1 ||
	    out->tel.kind != TEL_E164)
		return ASK_NUMBER_BAD;
	memcpy(out->tel.ext, ext, sizeof(out->tel.ext));
	memcpy(out->region, p.region, 2);
	return ASK_OK;
}

enum ask_refusal
guard_read(const struct contract_account *a, const char *typed,
    const char *region, struct guard_number *out)
{
	enum ask_refusal refusal;

	memset(out, 0, sizeof(*out));
	refusal = is_sip(typed) ? read_sip(a, typed, out) :
	    read_number(a, typed, region, out);
	if (refusal != ASK_OK)
		memset(out, 0, sizeof(*out));
	return refusal;
}

/*
 * Destinations are few, and each of their acceptances asks for them again.  A
 * memory for each thread, of what no configuration changes.
 */
static _Thread_local struct known {
	char		text[PHONE_E164_SIZE];
	struct phone	phone;
} memory[64];

static const struct phone *
read_destination(const char *text)
{
	struct known *k;
	unsigned h = 0;
	const char *c;

	for (c = text; *c != '\0'; c++)
		h = h * 31 + (unsigned char)*c;
	k = &memory[h % (sizeof(memory) / sizeof(memory[0]))];
	if (strcmp(k->text, text) == 0)
		return &k->phone;
	k->text[0] = '\0';
	if (strlen(text) >= sizeof(k->text) ||
	    phone_read(&k->phone, text, "") == -1)
		return NULL;
	memcpy(k->text, text, strlen(text) + 1);
	return &k->phone;
}

enum ask_refusal
guard_destination(const struct contract_account *a, struct tel *tel)
{
	const struct phone *p;
	enum ask_refusal refusal;

	switch (tel->kind) {
	case TEL_NONE:
		return ASK_NUMBER_BAD;
	case TEL_SIP:
		return judge_sip(a, tel->text, 0);
	case TEL_E164:
		break;
	}
	p = read_destination(tel->text);
	if (p == NULL)
		return ASK_NUMBER_BAD;
	refusal = judge(a, p);
	if (refusal == ASK_OK)
		memcpy(tel->text, p->e164, strlen(p->e164) + 1);
	return refusal;
}

void
guard_region(const struct tel *tel, char region[3])
{
	struct phone p;

	memset(region, 0, 3);
	if (tel->kind == TEL_E164 && phone_read(&p, tel->text, "") == 0 &&
	    phone_is_region(p.region))
		memcpy(region, p.region, 2);
}

/*
 * The caps.
 */
enum kind {
	KIND_NUMBER, KIND_PREFIX, KIND_CLIENT, KIND_OFFEROR, KIND_ACCOUNT,
	KIND_GUESS
};

struct guard {
	const struct secret	*mac;
	struct rate		*rate;
	struct busy		*busy;
};

struct guard *
guard_new(const struct secret *mac, size_t max_events)
{
	struct guard *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->mac = mac;
	g->rate = rate_new(max_events);
	g->busy = busy_new();
	if (g->rate != NULL && g->busy != NULL)
		return g;
	guard_free(g);
	return NULL;
}

void
guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	rate_free(g->rate);
	busy_free(g->busy);
	free(g);
}

void
guard_hash(const struct guard *g, const struct tel *tel,
    unsigned char hash[16])
{
	char user[TEL_TEXT_MAX + 1], host[TEL_TEXT_MAX + 1];
	char text[2 * TEL_TEXT_MAX + 8], *c;

	if (tel->kind != TEL_SIP || split_sip(tel->text, user, host) == -1)
		snprintf(text, sizeof(text), "%s", tel->text);
	else if (user[0] == '+')
		snprintf(text, sizeof(text), "%s", user);
	else
		snprintf(text, sizeof(text), "sip:%s@%s", user, host);
	for (c = text; *c != '\0'; c++)
		*c = (char)scan_lower((unsigned char)*c);
	nonce_hash(hash, g->mac, text);
}

struct limits {
	struct rate_limit	list[LIMITS_MAX];
	size_t			n;
};

static void
limit(struct limits *l, enum kind kind, const unsigned char key[16],
    int64_t most, int64_t window_s)
{
	struct rate_limit *one = &l->list[l->n++];

	one->kind = kind;
	memcpy(one->key, key, RATE_KEY_BYTES);
	one->most = (uint32_t)most;
	one->window_s = window_s;
}

/* A number without its last two digits: ranges that pay their owner. */
static void
limit_prefix(const struct guard *g, const struct guard_ask *q,
    struct limits *l)
{
	char text[TEL_TEXT_MAX + 1];
	unsigned char key[16];
	size_t n = strlen(q->acc->a.text);

	if (q->acc->a.kind != TEL_E164 || n < 3)
		return;
	memcpy(text, q->acc->a.text, n - 2);
	text[n - 2] = '\0';
	nonce_hash(key, g->mac, text);
	limit(l, KIND_PREFIX, key, q->account->per_prefix_10min, MINUTES_10);
}

static void
limits_of(const struct guard *g, const struct guard_ask *q, struct limits *l)
{
	const struct contract_account *a = q->account;
	unsigned char key[16];

	l->n = 0;
	limit(l, KIND_NUMBER, q->acc->a_hash, a->per_number_10min, MINUTES_10);
	limit(l, KIND_NUMBER, q->acc->a_hash, a->per_number_day, DAY);
	limit_prefix(g, q, l);
	if (q->client[0] != '\0') {
		nonce_hash(key, g->mac, q->client);
		limit(l, KIND_CLIENT, key, a->per_client_10min, MINUTES_10);
		limit(l, KIND_CLIENT, key, a->per_client_day, DAY);
	}
	nonce_hash(key, g->mac, q->acc->offeror);
	limit(l, KIND_OFFEROR, key, a->per_offeror_day, DAY);
	nonce_hash(key, g->mac, q->acc->account);
	limit(l, KIND_ACCOUNT, key, a->per_day, DAY);
}

static int
has_room(const struct guard *g, const struct guard_ask *q)
{
	return !busy_has(g->busy, q->acc->a_hash) &&
	    busy_of_account(g->busy, q->account->name) <
	    (size_t)q->account->at_once;
}

enum ask_refusal
guard_reserve(struct guard *g, const struct guard_ask *q, int64_t now,
    int64_t *retry_at)
{
	struct limits l;
	int64_t next;

	*retry_at = now + RETRY_S;
	if (!has_room(g, q))
		return ASK_TOO_MANY;
	limits_of(g, q, &l);
	next = rate_reserve(g->rate, l.list, l.n, now);
	if (next == 0 && busy_add(g->busy, q->acc) == 0) {
		*retry_at = 0;
		return ASK_OK;
	}
	if (next == 0)
		rate_release(g->rate, l.list, l.n, now);
	else
		*retry_at = next == INT64_MAX ? 0 : next;
	return ASK_TOO_MANY;
}

void
guard_release(struct guard *g, const struct guard_ask *q, int64_t at)
{
	/* how many there may be is not asked when one is given back */
	static const struct contract_account any;
	const struct guard_ask ask = { &any, q->acc, q->client };
	struct limits l;

	limits_of(g, &ask, &l);
	rate_release(g->rate, l.list, l.n, at);
	guard_closed(g, q->acc);
}

void
guard_recall(struct guard *g, const struct guard_ask *q, int64_t at)
{
	struct limits l;

	limits_of(g, q, &l);
	rate_count(g->rate, l.list, l.n, at);
}

void
guard_opened(struct guard *g, const struct acceptance *acc)
{
	(void)busy_add(g->busy, acc);
}

void
guard_closed(struct guard *g, const struct acceptance *acc)
{
	busy_remove(g->busy, acc->id);
}

size_t
guard_events(const struct guard *g)
{
	return rate_events(g->rate);
}

size_t
guard_open(const struct guard *g, const char *account)
{
	return busy_of_account(g->busy, account);
}

enum ask_refusal
guard_guess(struct guard *g, const unsigned char offer[16],
    enum ask_refusal refusal, int64_t now)
{
	struct limits l = { .n = 0 };
	unsigned char key[16];
	size_t i;

	/* what is random of a UUIDv7 comes last, and of a key first */
	for (i = 0; i < sizeof(key); i++)
		key[i] = offer[sizeof(key) - 1 - i];
	limit(&l, KIND_GUESS, key, GUESSES_MAX, DAY);
	if (refusal == ASK_NUMBER_WRONG)
		return rate_reserve(g->rate, l.list, l.n, now) == 0 ?
		    refusal : ASK_TOO_MANY;
	return rate_next(g->rate, l.list, l.n, now) == 0 ? refusal :
	    ASK_TOO_MANY;
}
