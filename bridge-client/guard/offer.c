/*
 * offer: from a token's text to an offer that holds, and to its acceptance.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/scan.h"
#include "lib/spoken.h"
#include "lib/window.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/hours.h"
#include "bridge-client/guard/trust.h"
#include "bridge-client/guard/unseal.h"
#include "bridge-client/journal/journal.h"

#include "bridge-client/guard/offer.h"

#define KNOWN_DIGITS	3	/* asked where the number is known */

static const char *
unseal_text(enum unseal_result result)
{
	switch (result) {
	case UNSEAL_GOOD:
		return "good";
	case UNSEAL_KEY_UNKNOWN:
		return "sealed to a key that is not here";
	case UNSEAL_BROKEN:
		break;
	}
	return "the sealed part does not open";
}

static void
lower(char dst[TERMS_ADDRESS_MAX + 1], const char *src)
{
	size_t i;

	for (i = 0; i < TERMS_ADDRESS_MAX && src[i] != '\0'; i++)
		dst[i] = (char)scan_lower((unsigned char)src[i]);
	dst[i] = '\0';
}

/* NULL, or why it is refused. */
static const char *
verify(struct offer *o, const char *text, const struct contract *c,
    const struct unseal *unseal)
{
	const struct contract_key *key;
	enum token_verdict verdict;
	enum unseal_result result;
	enum trust_verdict trust;

	verdict = token_verify(&o->token, text, strlen(text), &c->verify);
	if (verdict != TOKEN_GOOD)
		return token_verdict_text(verdict);
	result = unseal_open(unseal, &o->token, &o->terms);
	if (result != UNSEAL_GOOD)
		return unseal_text(result);
	key = contract_key(c, o->token.sign_id);
	if (key == NULL)
		return "the key has no section";
	trust = trust_check(key, &o->token, &o->terms, clock_wall());
	if (trust != TRUST_GOOD)
		return trust_verdict_text(trust);
	o->account = contract_account(c, o->terms.account);
	if (o->account == NULL)
		return "there is no such account";
	return guard_destination(o->account, &o->terms.destination) ==
	    ASK_OK ? NULL : "the account may not ring this destination";
}

enum ask_refusal
offer_open(struct offer *o, const char *text, const struct contract *c,
    const struct unseal *unseal, const char **why)
{
	memset(o, 0, sizeof(*o));
	*why = verify(o, text, c, unseal);
	if (*why != NULL) {
		memset(o, 0, sizeof(*o));
		return ASK_TOKEN_BAD;
	}
	lower(o->sender, o->terms.offeror);
	*why = "";
	return o->token.not_after > clock_wall() ? ASK_OK : ASK_EXPIRED;
}

enum ask_refusal
offer_is_open(const struct offer *o, const struct contract *c,
    int64_t *opens_at)
{
	*opens_at = 0;
	if (contract_is_stopped(c))
		return ASK_STOPPED;
	switch (hours_state(&o->terms.window, clock_wall(), opens_at)) {
	case HOURS_OPEN:
		return ASK_OK;
	case HOURS_CLOSED:
		break;
	case HOURS_ZONE_UNKNOWN:
		log_warn("offer of account=%s: time zone %s is not known here "
		    "(is tzdata installed?)", o->terms.account,
		    o->terms.window.zone);
		break;
	}
	return ASK_CLOSED;
}

enum ask_refusal
offer_past(const struct offer *o, struct journal *journal)
{
	const struct journal_key key = { .offer = o->token.offer,
		.tag = o->terms.tag, .sender = o->sender };
	struct journal_offer past;

	if (journal->op->look(journal, &key, &past) != JOURNAL_OK)
		return ASK_STOPPED;
	if (past.is_revoked)
		return ASK_REVOKED;
	if (past.spent >= o->token.uses)
		return ASK_USED_UP;
	if (past.is_open)
		return ASK_IN_CALL;
	if (past.attempts >= o->account->per_offer_attempts)
		return ASK_TOO_MANY;
	return ASK_OK;
}

/* The last digits of the number that the offeror gave; or, of a SIP address,
 * all of it. */
static enum ask_refusal
known_number(const struct tel *known, const char *typed)
{
	size_t n = strlen(known->text);
	struct tel tel;
	const char *why;

	if (known->kind == TEL_SIP)
		return tel_parse(&tel, typed, strlen(typed), &why) == 0 &&
		    tel_same(&tel, known) ? ASK_OK : ASK_NUMBER_WRONG;
	return n > KNOWN_DIGITS &&
	    strcmp(typed, known->text + n - KNOWN_DIGITS) == 0 ? ASK_OK :
	    ASK_NUMBER_WRONG;
}

/*
 * Only the whole, international form: a number in national form is shown to
 * its owner first (ASK_CHECK), so that nobody's wrong telephone rings.
 */
static int
is_global(const char *typed)
{
	return typed[0] == '+' || strchr(typed, ':') != NULL;
}

enum ask_refusal
offer_number(const struct offer *o, const char *typed,
    struct guard_number *out)
{
	const struct tel *known = &o->terms.offeree;
	enum ask_refusal refusal;

	memset(out, 0, sizeof(*out));
	if (known->kind == TEL_NONE)
		return is_global(typed) ?
		    guard_read(o->account, typed, "", out) : ASK_NUMBER_BAD;
	refusal = known_number(known, typed);
	if (refusal != ASK_OK)
		return refusal;
	out->tel = *known;
	refusal = guard_destination(o->account, &out->tel);
	if (refusal != ASK_OK)
		memset(out, 0, sizeof(*out));
	return refusal;
}

static void
put(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);

	if (n >= size)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
}

void
offer_by_account(const struct contract *c, const struct contract_account *a,
    struct acceptance *acc)
{
	size_t i, j;

	put(acc->account, sizeof(acc->account), a->name);
	put(acc->caller, sizeof(acc->caller), a->caller_id);
	acc->attempts_max = (uint16_t)a->per_offer_attempts;
	acc->is_bound = a->forwarding != CONTRACT_ALLOW;
	acc->ring_s = (uint16_t)a->ring_s;
	acc->confirm_s = (uint16_t)a->confirm_s;
	if (acc->max_s == 0 || acc->max_s > (uint32_t)a->max_s)
		acc->max_s = (uint32_t)a->max_s;
	acc->n_routes = 0;
	for (i = 0; i < a->providers.n && i < CALL_ROUTES_MAX; i++)
		for (j = 0; j < contract_n_providers(c); j++)
			if (strcmp(contract_provider_at(c, j)->name,
			    a->providers.item[i]) == 0)
				acc->route[acc->n_routes++] = (uint8_t)j;
}

/* What is spoken: the wish where there are prompts in it, else the first. */
static const char *
language(const struct contract_account *a, const char *wish)
{
	size_t i;

	for (i = 0; i < a->languages.n; i++)
		if (strcmp(a->languages.item[i], wish) == 0)
			return wish;
	return a->languages.n > 0 ? a->languages.item[0] : "en";
}

/* Where its name has been recorded. */
static void
find_name(struct acceptance *acc, const char *names)
{
	char file[SPOKEN_SIZE], path[PATH_MAX];
	int n;

	if (names[0] == '\0' || acc->name[0] == '\0')
		return;
	spoken_put(file, acc->name);
	n = snprintf(path, sizeof(path), "%s/%s.wav", names, file);
	if (n > 0 && (size_t)n < sizeof(path) && access(path, R_OK) == 0)
		put(acc->name_file, sizeof(acc->name_file), file);
}

void
offer_accept(const struct offer *o, const struct contract *c,
    const struct guard_number *number, const char *lang,
    struct acceptance *acc)
{
	memset(acc, 0, sizeof(*acc));
	memcpy(acc->offer, o->token.offer, sizeof(acc->offer));
	memcpy(acc->tag, o->terms.tag, sizeof(acc->tag));
	acc->uses = o->token.uses;
	acc->not_after = o->token.not_after;
	put(acc->name, sizeof(acc->name), o->token.name);
	put(acc->offeror, sizeof(acc->offeror), o->sender);
	put(acc->recipient, sizeof(acc->recipient), o->terms.recipient);
	put(acc->reference, sizeof(acc->reference), o->terms.reference);
	acc->a = number->tel;
	acc->b = o->terms.destination;
	acc->max_s = o->terms.max_s;
	put(acc->b_lang, sizeof(acc->b_lang),
	    language(o->account, o->terms.lang));
	put(acc->a_lang, sizeof(acc->a_lang), language(o->account,
	    lang[0] != '\0' ? lang : o->terms.lang));
	acc->is_known = o->terms.offeree.kind != TEL_NONE;
	find_name(acc, c->names);
	offer_by_account(c, o->account, acc);
}
