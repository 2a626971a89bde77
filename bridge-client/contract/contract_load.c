/*
 * contract_load: reads the contract whole, with all the files that it names,
 * and holds it against itself.
 */
#include <sys/types.h>

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/key.h"
#include "lib/log.h"
#include "lib/money.h"
#include "lib/scan.h"
#include "lib/secret.h"
#include "lib/tariff.h"
#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_payer.h"
#include "bridge-client/guard/prefix.h"
#include "bridge-client/guard/private.h"

#include "bridge-client/contract/contract_load.h"

int
contract_load_as_user(const struct contract *c, int (*load)(void *ctx),
    void *ctx)
{
	struct passwd *pw;
	int rc = load(ctx);

	if (rc == 0 || geteuid() != 0 || c->user[0] == '\0')
		return rc;
	pw = getpwnam(c->user);
	if (pw == NULL || pw->pw_uid == 0 || seteuid(pw->pw_uid) == -1)
		return rc;
	rc = load(ctx);
	if (seteuid(0) == -1)
		log_fatal(EX_OSERR, "cannot be root again");
	return rc;
}

struct secret_file {
	const char	 *path;
	enum key_kind	  kind;
	struct key	 *key;		/* a key file, or */
	struct secret	**password;
	char		  why[512];
};

static int
load_secret(void *ctx)
{
	struct secret_file *f = ctx;

	if (f->key != NULL)
		return key_load(f->key, f->kind, f->path, f->why,
		    sizeof(f->why));
	*f->password = secret_read(f->path, f->why, sizeof(f->why));
	return *f->password != NULL ? 0 : -1;
}

static int
load_key(const struct contract *c, const struct contract_place *at,
    const char *name, struct secret_file *f)
{
	if (contract_load_as_user(c, load_secret, f) == 0)
		return 0;
	return contract_wrong(at, 1, name, "%s", f->why);
}

static int
load_smtp(struct contract *c, const struct contract_place *at)
{
	struct secret_file f = { .path = c->smtp_password_file,
		.password = &c->smtp_password };

	if (c->smtp[0] != '\0' && c->smtp_from[0] == '\0')
		return contract_wrong(at, 1, "smtp", "needs smtp_from");
	if (c->smtp_user[0] != '\0' && f.path[0] == '\0')
		return contract_wrong(at, 1, "smtp_user",
		    "needs smtp_password_file");
	return f.path[0] == '\0' ? 0 :
	    load_key(c, at, "smtp_password_file", &f);
}

/* That the unsealing keys can be read is checked; unseal holds them. */
static int
load_keys(struct contract *c, const struct contract_place *at)
{
	struct secret_file f = { .path = c->mac_file, .kind = KEY_MAC,
		.key = &c->mac };
	struct key unseal;
	size_t i;

	if (load_key(c, at, "mac_key", &f) == -1)
		return -1;
	if (c->unseal_keys.n == 0)
		return contract_wrong(at, 1, "unseal_keys",
		    "name at least one");
	for (i = 0; i < c->unseal_keys.n; i++) {
		memset(&f, 0, sizeof(f));
		f.path = c->unseal_keys.item[i];
		f.kind = KEY_UNSEAL;
		f.key = &unseal;
		if (load_key(c, at, "unseal_keys", &f) == -1)
			return -1;
		key_wipe(&unseal);
	}
	return load_smtp(c, at);
}

/*
 * Sections.
 */
static int
is_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= TERMS_ACCOUNT_MAX &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static int
check_titles(const struct conf_sections *s, const char *what,
    const struct contract_place *at)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!is_name(s->section[i].title))
			return contract_wrong(at, s->section[i].line, what,
			    "name it with small letters, digits, - and _, at "
			    "most 32");
	return 0;
}

static int
load_password(const struct contract *c, const struct contract_place *at,
    int line, const char *name, struct secret_file *f)
{
	if (f->path[0] == '\0' ||
	    contract_load_as_user(c, load_secret, f) == 0)
		return 0;
	return contract_wrong(at, line, name, "%s", f->why);
}

static int
settle_provider(const struct contract *c, struct contract_provider *p,
    enum contract_when when, const struct contract_place *at)
{
	struct secret_file f = { .path = p->password_file,
		.password = &p->password };
	struct secret_file hook = { .path = p->hook_secret_file,
		.password = &p->hook_secret };

	if (when != CONTRACT_START)
		return 0;
	return load_password(c, at, p->line, "password_file", &f) == 0 &&
	    load_password(c, at, p->line, "hook_secret_file", &hook) == 0 ?
	    0 : -1;
}

static int
settle_providers(struct contract *c, enum contract_when when,
    const struct contract_place *at)
{
	const struct conf_sections *s = &c->provider_sections;
	struct contract_provider *p;
	size_t i;

	if (check_titles(s, "provider", at) == -1)
		return -1;
	if (s->n == 0 || s->n > CONTRACT_PROVIDERS_MAX)
		return contract_wrong(at, 1, "provider", "give 1 to %d of them",
		    CONTRACT_PROVIDERS_MAX);
	for (i = 0; i < s->n; i++) {
		p = s->section[i].data;
		p->name = s->section[i].title;
		p->line = s->section[i].line;
		if (settle_provider(c, p, when, at) == -1)
			return -1;
	}
	return 0;
}

/* Their webhooks come by the same door as the providers'. */
static const char *
wrong_name(const struct contract *c, const char *name)
{
	if (strcmp(name, CALL_PREPAID) == 0)
		return "this name is the ledger's";
	return contract_provider(c, name) != NULL ?
	    "a provider has this name: give another one" : NULL;
}

static int
settle_payer(const struct contract *c, struct contract_payer *p,
    const struct contract_place *at)
{
	struct secret_file f = { .path = p->secret_file,
		.password = &p->secret };
	struct secret_file hook = { .path = p->hook_secret_file,
		.password = &p->hook_secret };

	return load_password(c, at, p->line, "secret_file", &f) == 0 &&
	    load_password(c, at, p->line, "hook_secret_file", &hook) == 0 ?
	    0 : -1;
}

static int
settle_payers(struct contract *c, enum contract_when when,
    const struct contract_place *at)
{
	const struct conf_sections *s = &c->payer_sections;
	struct contract_payer *p;
	const char *wrong;
	size_t i;

	if (check_titles(s, "payer", at) == -1)
		return -1;
	if (s->n > CONTRACT_PAYERS_MAX)
		return contract_wrong(at, 1, "payer", "%d of them at most",
		    CONTRACT_PAYERS_MAX);
	for (i = 0; i < s->n; i++) {
		p = s->section[i].data;
		p->name = s->section[i].title;
		p->line = s->section[i].line;
		wrong = wrong_name(c, p->name);
		if (wrong != NULL)
			return contract_wrong(at, p->line, "payer", "%s",
			    wrong);
		if (when == CONTRACT_START && settle_payer(c, p, at) == -1)
			return -1;
	}
	return 0;
}

/* Its own, that can ring telephones but no SIP address; or NULL. */
static const struct contract_provider *
telephones_only(const struct contract *c, const struct contract_account *a)
{
	const struct contract_provider *p;
	size_t i;

	for (i = 0; i < a->providers.n; i++) {
		p = contract_provider(c, a->providers.item[i]);
		if (p->trunk_pstn[0] != '\0' && p->trunk_sip[0] == '\0')
			return p;
	}
	return NULL;
}

static int64_t
amount_of(const char *text)
{
	int64_t amount = 0;

	/* it was checked when it was parsed */
	return money_read(text, strlen(text), &amount) == 0 ? amount : 0;
}

static int
has_payer(const struct contract *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->payer_sections.n; i++)
		if (strcmp(c->payer_sections.section[i].title, name) == 0)
			return 1;
	return 0;
}

#define HOLD_MIN_S	120

static int
has_cap(const struct contract_account *a)
{
	return a->call_text[0] != '\0' || a->spend_offer_text[0] != '\0' ||
	    a->spend_offeror_text[0] != '\0' || a->spend_day_text[0] != '\0';
}

/* Who pays for the account's calls, and by which rates. */
static int
settle_money(const struct contract *c, struct contract_account *a,
    const struct contract_place *at)
{
	char why[512];

	if (a->payer[0] == '\0' && has_cap(a))
		return contract_wrong(at, a->line, "spend_per_day", "caps in "
		    "money need a payer");
	if (a->payer[0] == '\0')
		return 0;
	if (strcmp(a->payer, CALL_PREPAID) != 0 && !has_payer(c, a->payer))
		return contract_wrong(at, a->line, "payer",
		    "there is no payer %s", a->payer);
	if (a->currency[0] == '\0')
		return contract_wrong(at, a->line, "payer", "needs currency");
	if (a->rates_file[0] == '\0')
		return contract_wrong(at, a->line, "payer", "needs rates");
	if (a->hold_s != 0 && a->hold_s < HOLD_MIN_S)
		return contract_wrong(at, a->line, "hold_for", "two minutes "
		    "or more: the next is asked for one before the end");
	a->floor = amount_of(a->floor_text);
	a->per_call = amount_of(a->call_text);
	a->spend_offer = amount_of(a->spend_offer_text);
	a->spend_offeror = amount_of(a->spend_offeror_text);
	a->spend_day = amount_of(a->spend_day_text);
	a->rates = tariff_read(a->rates_file, why, sizeof(why));
	return a->rates != NULL ? 0 :
	    contract_wrong(at, a->line, "rates", "%s", why);
}

/*
 * Domains of which an offeree may give addresses.  Each is looked up now: one
 * that leads into a private network would let strangers ring what is there.
 */
static int
settle_offeree_sip(const struct contract_account *a,
    const struct contract_place *at)
{
	const char *domain;
	size_t i;

	if (a->is_sip_offeree && a->sip_domains.n == 0)
		return contract_wrong(at, a->line, "offeree_sip",
		    "needs sip_domains");
	for (i = 0; a->is_sip_offeree && i < a->sip_domains.n; i++) {
		domain = a->sip_domains.item[i];
		if (strchr(domain, '*') != NULL)
			return contract_wrong(at, a->line, "offeree_sip",
			    "needs whole domains, and %s is none", domain);
		if (private_is_name(domain) || private_resolves(domain))
			return contract_wrong(at, a->line, "offeree_sip",
			    "%s is a host of a private network", domain);
	}
	return 0;
}

static int
settle_forwarding(const struct contract *c, struct contract_account *a,
    const struct contract_place *at)
{
	const char *word = a->forwarding_word;

	a->forwarding = strcmp(word, "confirm") == 0 ? CONTRACT_CONFIRM :
	    strcmp(word, "deny") == 0 || strcmp(word, "no") == 0 ?
	    CONTRACT_DENY : CONTRACT_ALLOW;
	return a->forwarding != CONTRACT_CONFIRM || c->smtp[0] != '\0' ? 0 :
	    contract_wrong(at, a->line, "forwarding", "to confirm by a code "
	    "needs smtp, by which it is mailed");
}

static int
settle_account(const struct contract *c, struct contract_account *a,
    const struct contract_place *at)
{
	const struct contract_provider *p;
	char why[512];
	size_t i;

	if (a->providers.n == 0)
		return contract_wrong(at, a->line, "providers",
		    "name at least one");
	for (i = 0; i < a->providers.n; i++)
		if (contract_provider(c, a->providers.item[i]) == NULL)
			return contract_wrong(at, a->line, "providers",
			    "there is no provider %s", a->providers.item[i]);
	if (settle_offeree_sip(a, at) == -1 ||
	    settle_forwarding(c, a, at) == -1)
		return -1;
	p = a->sip_domains.n > 0 ? telephones_only(c, a) : NULL;
	if (p != NULL)
		return contract_wrong(at, a->line, "sip_domains", "the "
		    "provider %s has no trunk_sip to ring them by", p->name);
	if (settle_money(c, a, at) == -1)
		return -1;
	if (a->deny_file[0] == '\0')
		return 0;
	a->deny = prefix_read(a->deny_file, why, sizeof(why));
	return a->deny != NULL ? 0 :
	    contract_wrong(at, a->line, "deny_prefixes", "%s", why);
}

static int
settle_accounts(struct contract *c, const struct contract_place *at)
{
	const struct conf_sections *s = &c->account_sections;
	struct contract_account *a;
	size_t i;

	if (check_titles(s, "account", at) == -1)
		return -1;
	if (s->n == 0)
		return contract_wrong(at, 1, "account", "give at least one");
	for (i = 0; i < s->n; i++) {
		a = s->section[i].data;
		a->name = s->section[i].title;
		a->line = s->section[i].line;
		if (settle_account(c, a, at) == -1)
			return -1;
	}
	return 0;
}

static int
are_patterns(const struct conf_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strchr(list->item[i], '*') != strrchr(list->item[i], '*'))
			return 0;
	return 1;
}

static int
settle_scope(const struct contract *c, struct contract_key *k,
    const struct contract_place *at)
{
	const struct { const char *name; const struct conf_list *list; }
	lists[] = {
		{ "accounts", &k->accounts },
		{ "from_domains", &k->from_domains },
		{ "destinations", &k->destinations }
	};
	size_t i, j;

	for (i = 0; i < 3; i++) {
		if (lists[i].list->n == 0)
			return contract_wrong(at, k->line, lists[i].name,
			    "say for whom this key may speak; \"*\" is any");
		if (!are_patterns(lists[i].list))
			return contract_wrong(at, k->line, lists[i].name,
			    "at most one * in a pattern");
	}
	for (j = 0; j < k->accounts.n; j++)
		if (strchr(k->accounts.item[j], '*') == NULL &&
		    contract_account(c, k->accounts.item[j]) == NULL)
			return contract_wrong(at, k->line, "accounts",
			    "there is no account %s", k->accounts.item[j]);
	return 0;
}

static int
settle_key(struct contract *c, struct contract_key *k,
    const struct contract_place *at)
{
	char why[512];

	if (key_ring_add(&c->verify, KEY_VERIFY, k->file, why,
	    sizeof(why)) == -1)
		return contract_wrong(at, k->line, "file", "%s", why);
	memcpy(k->id, c->verify.keys[c->verify.n - 1].id, KEY_ID_BYTES);
	if (strcmp(k->state_word, "compromised") == 0)
		k->state = CONTRACT_COMPROMISED;
	if (strcmp(k->state_word, "retired") == 0) {
		k->state = CONTRACT_RETIRED;
		if (clock_read(k->retired_text, &k->retired_at) == -1)
			return contract_wrong(at, k->line, "state",
			    "a retired key needs retired_at");
	}
	return settle_scope(c, k, at);
}

static int
settle_keys(struct contract *c, const struct contract_place *at)
{
	const struct conf_sections *s = &c->key_sections;
	struct contract_key *k;
	size_t i;

	if (check_titles(s, "key", at) == -1)
		return -1;
	for (i = 0; i < s->n; i++) {
		k = s->section[i].data;
		k->name = s->section[i].title;
		k->line = s->section[i].line;
		if (settle_key(c, k, at) == -1)
			return -1;
	}
	return 0;
}

static int
settle_socket(struct contract_socket *s, const char *name,
    const struct contract_place *at)
{
	struct passwd *pw;
	uint64_t uid;
	size_t i;

	s->uid = calloc(s->users.n > 0 ? s->users.n : 1, sizeof(*s->uid));
	if (s->uid == NULL)
		return contract_wrong(at, 1, name, "out of memory");
	for (i = 0; i < s->users.n; i++) {
		const char *user = s->users.item[i];

		if (scan_uint(user, strlen(user), UINT_MAX - 1, &uid) == 0)
			s->uid[s->n_uid++] = (uid_t)uid;
		else if ((pw = getpwnam(user)) != NULL)
			s->uid[s->n_uid++] = pw->pw_uid;
		else
			return contract_wrong(at, 1, name, "no such user: %s",
			    user);
	}
	return 0;
}

static int
settle_sockets(struct contract *c, const struct contract_place *at)
{
	if (settle_socket(&c->face, "face_users", at) == -1 ||
	    settle_socket(&c->admin, "admin_users", at) == -1)
		return -1;
	if (strcmp(c->face.path, c->admin.path) == 0)
		return contract_wrong(at, 1, "admin", "must not be the face's "
		    "socket");
	return 0;
}

struct contract *
contract_load_file(const char *path, enum contract_when when, char *why,
    size_t size)
{
	const struct contract_place at = { path, why, size };
	struct contract *c = contract_parse(path, why, size);

	if (c == NULL)
		return NULL;
	if (settle_sockets(c, &at) == 0 &&
	    settle_providers(c, when, &at) == 0 &&
	    settle_payers(c, when, &at) == 0 &&
	    settle_accounts(c, &at) == 0 &&
	    settle_keys(c, &at) == 0 &&
	    (when == CONTRACT_RELOAD || load_keys(c, &at) == 0))
		return c;
	contract_free(c);
	return NULL;
}
