/*
 * contract: what the configuration says, held against itself.
 */
#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/key.h"
#include "lib/money.h"
#include "lib/scrape.h"
#include "lib/secret.h"
#include "lib/sock.h"
#include "lib/spoken.h"
#include "lib/tariff.h"
#include "lib/tel.h"
#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract_payer.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/guard/prefix.h"
#include "bridge-client/mail/mail.h"

#include "bridge-client/contract/contract.h"

#define DAY	(24 * 60 * 60)
#define LOTS	1000000

/*
 * Checks of single values.
 */
static const char *
check_path(const char *v)
{
	return v[0] == '/' ? NULL : "give a path that begins with /";
}

static const char *
check_path_or_none(const char *v)
{
	return v[0] == '\0' ? NULL : check_path(v);
}

static const char *
check_url(const char *v)
{
	size_t n = strlen(v);

	if (strncmp(v, "https://", 8) != 0 && strncmp(v, "http://", 7) != 0)
		return "give an address that begins with https:// or http://";
	if (n < 10 || v[n - 1] == '/' || strpbrk(v, " ?#") != NULL)
		return "give an address without a query and without a slash "
		    "at its end";
	return NULL;
}

static const char *
check_smtp(const char *v)
{
	if (v[0] == '\0' || ((strncmp(v, "smtp://", 7) == 0 ||
	    strncmp(v, "smtps://", 8) == 0) && strpbrk(v, " ?#@") == NULL))
		return NULL;
	return "give a mail server as smtp://127.0.0.1:25 or "
	    "smtps://mail.example.com";
}

static const char *
check_address(const char *v)
{
	return v[0] == '\0' || mail_is_address(v) ? NULL :
	    "give an address as calls@example.com";
}

static const char *
check_caller_id(const char *v)
{
	struct tel tel;
	const char *why;

	if (tel_parse(&tel, v, strlen(v), &why) == -1 ||
	    tel.kind != TEL_E164 || tel.ext[0] != '\0' ||
	    strcmp(tel.text, v) != 0)
		return "give one of the account's own numbers, as "
		    "+442079460100";
	return NULL;
}

static const char *
check_region(const char *v)
{
	return phone_is_region(v) ? NULL :
	    "give a country by its two capital letters, as GB";
}

static const char *
check_currency(const char *v)
{
	return v[0] == '\0' || money_is_currency(v) ? NULL :
	    "give a currency by its three capital letters, as EUR";
}

static const char *
check_amount(const char *v)
{
	int64_t amount;

	return v[0] == '\0' || money_read(v, strlen(v), &amount) == 0 ? NULL :
	    "give an amount of the account's currency, as 12.50";
}

/* One of nothing would pass for none. */
static const char *
check_cap(const char *v)
{
	int64_t amount;

	return v[0] == '\0' || (money_read(v, strlen(v), &amount) == 0 &&
	    amount > 0) ? NULL : "give an amount of the account's currency, "
	    "more than 0, as 12.50";
}

static const char *
check_customer(const char *v)
{
	return strlen(v) <= CALL_CUSTOMER_MAX ? NULL : "95 bytes at most";
}

/* It goes into struct ask_offer. */
static const char *
check_price(const char *v)
{
	return strlen(v) < sizeof(((struct ask_offer *)NULL)->price) ? NULL :
	    "too long for a line of the page: 63 bytes at most";
}

static const char *
check_state(const char *v)
{
	if (strcmp(v, "live") == 0 || strcmp(v, "retired") == 0 ||
	    strcmp(v, "compromised") == 0)
		return NULL;
	return "give live, retired or compromised";
}

static const char *
check_user(const char *v)
{
	return v[0] == '\0' || getpwnam(v) != NULL ? NULL : "no such user";
}

/* yes and no: as it was called before there were three. */
static const char *
check_forwarding(const char *v)
{
	return strcmp(v, "allow") == 0 || strcmp(v, "deny") == 0 ||
	    strcmp(v, "confirm") == 0 || strcmp(v, "yes") == 0 ||
	    strcmp(v, "no") == 0 ? NULL : "allow, deny or confirm";
}

/* Part of the path of a prompt. */
static const char *
check_language(const char *v)
{
	return v[0] >= 'a' && v[0] <= 'z' && v[1] >= 'a' && v[1] <= 'z' &&
	    v[2] == '\0' ? NULL : "a language is two small letters, as en";
}

static const char *
check_date(const char *v)
{
	int64_t at;

	return v[0] == '\0' || clock_read(v, &at) == 0 ? NULL :
	    "give a date as 2026-11-23 or 2026-11-23T06:09:33Z";
}

/*
 * The tables: name, type, offset, least, most, default, section, check.
 */
#define AT(what, field)	offsetof(struct contract_##what, field)
#define HERE(field)	offsetof(struct contract, field)
#define STRING(at, name, def, check) \
	{ name, CONF_STRING, at, 0, 0, def, NULL, 0, check }
#define LIST(at, name, def, check) \
	{ name, CONF_LIST, at, 0, 0, def, NULL, 0, check }
#define COUNT(at, name, def) \
	{ name, CONF_INT, at, 1, LOTS, def, NULL, 0, NULL }
#define TIME(at, name, min, max, def) \
	{ name, CONF_DURATION, at, min, max, def, NULL, 0, NULL }
#define END { NULL, CONF_STRING, 0, 0, 0, NULL, NULL, 0, NULL }

static const struct conf_key provider_keys[] = {
	STRING(AT(provider, kind), "kind", NULL, NULL),
	STRING(AT(provider, url), "url", NULL, check_url),
	STRING(AT(provider, user), "user", "", NULL),
	STRING(AT(provider, password_file), "password_file", "",
	    check_path_or_none),
	STRING(AT(provider, app), "app", "", NULL),
	STRING(AT(provider, trunk_pstn), "trunk_pstn", "", NULL),
	STRING(AT(provider, trunk_sip), "trunk_sip", "", NULL),
	STRING(AT(provider, prompts), "prompts", "", NULL),
	STRING(AT(provider, public_key), "public_key", "", NULL),
	STRING(AT(provider, hook_secret_file), "hook_secret_file", "",
	    check_path_or_none),
	STRING(AT(provider, ca_file), "ca_file", "", check_path_or_none),
	TIME(AT(provider, connect_s), "connect", 1, 60, "5s"),
	{ "erase", CONF_BOOL, AT(provider, is_erasing), 0, 0, "no", NULL, 0,
	    NULL },
	{ "calls_per_second", CONF_INT, AT(provider, calls_per_s), 0, 1000, "0",
	    NULL, 0, NULL },
	END
};

static const struct conf_key account_keys[] = {
	STRING(AT(account, caller_id), "caller_id", NULL, check_caller_id),
	STRING(AT(account, region), "region", NULL, check_region),
	LIST(AT(account, countries), "countries", "", check_region),
	LIST(AT(account, providers), "providers", NULL, NULL),
	LIST(AT(account, sip_domains), "sip_domains", "", NULL),
	{ "offeree_sip", CONF_BOOL, AT(account, is_sip_offeree), 0, 0, "no",
	    NULL, 0, NULL },
	STRING(AT(account, forwarding_word), "forwarding", "allow",
	    check_forwarding),
	LIST(AT(account, languages), "languages", "en de fr es ar ja",
	    check_language),
	STRING(AT(account, deny_file), "deny_prefixes", "",
	    check_path_or_none),
	STRING(AT(account, price), "price", "", check_price),
	STRING(AT(account, payer), "payer", "", NULL),
	STRING(AT(account, customer), "customer", "", check_customer),
	STRING(AT(account, currency), "currency", "", check_currency),
	STRING(AT(account, rates_file), "rates", "", check_path_or_none),
	STRING(AT(account, floor_text), "floor", "0", check_amount),
	STRING(AT(account, call_text), "per_call", "", check_cap),
	STRING(AT(account, spend_offer_text), "spend_per_offer", "",
	    check_cap),
	STRING(AT(account, spend_offeror_text), "spend_per_offeror_day", "",
	    check_cap),
	STRING(AT(account, spend_day_text), "spend_per_day", "", check_cap),
	TIME(AT(account, least_s), "least", 1, 60 * 60, "30s"),
	TIME(AT(account, hold_s), "hold_for", 0, 4 * 60 * 60, "0s"),
	TIME(AT(account, ring_s), "ring", 5, 120, "30s"),
	TIME(AT(account, confirm_s), "confirm", 3, 60, "10s"),
	TIME(AT(account, max_s), "max", 10, 4 * 60 * 60, "1h"),
	COUNT(AT(account, per_number_10min), "per_number_10min", "2"),
	COUNT(AT(account, per_number_day), "per_number_day", "5"),
	COUNT(AT(account, per_prefix_10min), "per_prefix_10min", "10"),
	COUNT(AT(account, per_client_10min), "per_client_10min", "10"),
	COUNT(AT(account, per_client_day), "per_client_day", "50"),
	{ "per_offer_attempts", CONF_INT, AT(account, per_offer_attempts), 1,
	    UINT16_MAX, "3", NULL, 0, NULL },
	COUNT(AT(account, per_offeror_day), "per_offeror_day", "20"),
	COUNT(AT(account, per_day), "per_day", "500"),
	COUNT(AT(account, at_once), "at_once", "50"),
	END
};

static const struct conf_key key_keys[] = {
	STRING(AT(key, file), "file", NULL, check_path),
	LIST(AT(key, accounts), "accounts", NULL, NULL),
	LIST(AT(key, from_domains), "from_domains", NULL, NULL),
	LIST(AT(key, destinations), "destinations", NULL, NULL),
	TIME(AT(key, max_lifetime_s), "max_lifetime", 60, 366 * DAY, "30d"),
	{ "max_uses", CONF_INT, AT(key, max_uses), 1, 255, "10", NULL, 0,
	    NULL },
	STRING(AT(key, state_word), "state", "live", check_state),
	STRING(AT(key, retired_text), "retired_at", "", check_date),
	END
};

#define SOCKET(which, name, where, perms, who) \
	STRING(HERE(which.path), name, where, check_path), \
	STRING(HERE(which.group), name "_group", "", sock_check_group), \
	{ name "_mode", CONF_MODE, HERE(which.mode), 0, 0777, perms, NULL, 0, \
	    NULL }, \
	LIST(HERE(which.users), name "_users", who, NULL)
#define SECTION(name, field, keys, what) \
	{ name, CONF_SECTION, HERE(field), 0, 0, NULL, keys, \
	    sizeof(struct contract_##what), NULL }

static const struct conf_key contract_keys[] = {
	STRING(HERE(public_url), "public", NULL, check_url),
	STRING(HERE(user), "user", "", check_user),
	STRING(HERE(group), "group", "", sock_check_group),
	STRING(HERE(journal), "journal", "/var/lib/calloffer/journal",
	    check_path),
	{ "journal_size", CONF_SIZE, HERE(journal_size), 1 << 20,
	    (int64_t)1 << 40, "1G", NULL, 0, NULL },
	TIME(HERE(keep_s), "keep", DAY, 3660 * (int64_t)DAY, "90d"),
	STRING(HERE(day_keys), "day_keys", "", check_path_or_none),
	TIME(HERE(keep_numbers_s), "keep_numbers", DAY, 3660 * (int64_t)DAY,
	    "2d"),
	LIST(HERE(unseal_keys), "unseal_keys", NULL, check_path),
	STRING(HERE(mac_file), "mac_key", NULL, check_path),
	STRING(HERE(stop_file), "stop_file", "", check_path_or_none),
	STRING(HERE(metrics), "metrics", "", scrape_check),
	STRING(HERE(names), "names", SPOKEN_DIR, check_path_or_none),
	STRING(HERE(smtp), "smtp", "", check_smtp),
	STRING(HERE(smtp_from), "smtp_from", "", check_address),
	STRING(HERE(smtp_user), "smtp_user", "", NULL),
	STRING(HERE(smtp_password_file), "smtp_password_file", "",
	    check_path_or_none),
	STRING(HERE(smtp_ca_file), "smtp_ca_file", "", check_path_or_none),
	SOCKET(face, "face", "/run/calloffer/face.sock", "0660",
	    "calloffer-acceptd"),
	SOCKET(admin, "admin", "/run/calloffer/admin.sock", "0600", "root"),
	SECTION("provider", provider_sections, provider_keys, provider),
	SECTION("payer", payer_sections, contract_payer_keys, payer),
	SECTION("account", account_sections, account_keys, account),
	SECTION("key", key_sections, key_keys, key),
	END
};

/*
 * Complaints after parsing.
 */
int
contract_wrong(const struct contract_place *at, int line, const char *key,
    const char *fmt, ...)
{
	va_list ap;
	size_t n;

	conf_place(at->why, at->size, at->path, line, key);
	n = strlen(at->why);
	n += (size_t)snprintf(at->why + n, at->size - n, ": %s: ", key);
	if (n >= at->size)
		return -1;
	va_start(ap, fmt);
	vsnprintf(at->why + n, at->size - n, fmt, ap);
	va_end(ap);
	return -1;
}

/*
 * Reading, and asking what was read.
 */
struct contract *
contract_parse(const char *path, char *why, size_t size)
{
	struct contract *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		snprintf(why, size, "%s:1: out of memory", path);
		return NULL;
	}
	c->path = path;
	c->conf = conf_read(path, contract_keys, c, why, size);
	if (c->conf == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
contract_free(struct contract *c)
{
	struct contract_provider *p;
	struct contract_account *a;
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->provider_sections.n; i++) {
		p = c->provider_sections.section[i].data;
		secret_free(p->password);
		secret_free(p->hook_secret);
	}
	for (i = 0; i < c->account_sections.n; i++) {
		a = c->account_sections.section[i].data;
		prefix_free(a->deny);
		tariff_free(a->rates);
	}
	contract_payer_free(&c->payer_sections);
	for (i = 0; i < c->verify.n; i++)
		key_wipe(&c->verify.keys[i]);
	key_wipe(&c->mac);
	secret_free(c->smtp_password);
	free(c->face.uid);
	free(c->admin.uid);
	conf_free(c->conf);
	free(c);
}

void
contract_print_account(const struct contract_account *a)
{
	printf("account %s {\n", a->name);
	conf_print(account_keys, a, 1);
	puts("}");
}

static void *
find(const struct conf_sections *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->section[i].title, name) == 0)
			return s->section[i].data;
	return NULL;
}

const struct contract_account *
contract_account(const struct contract *c, const char *name)
{
	return find(&c->account_sections, name);
}

const struct contract_provider *
contract_provider(const struct contract *c, const char *name)
{
	return find(&c->provider_sections, name);
}

const struct contract_provider *
contract_provider_at(const struct contract *c, size_t i)
{
	return i < c->provider_sections.n ?
	    c->provider_sections.section[i].data : NULL;
}

size_t
contract_n_providers(const struct contract *c)
{
	return c->provider_sections.n;
}

const struct contract_key *
contract_key(const struct contract *c, const unsigned char id[KEY_ID_BYTES])
{
	const struct contract_key *k;
	size_t i;

	for (i = 0; i < c->key_sections.n; i++) {
		k = c->key_sections.section[i].data;
		if (memcmp(k->id, id, KEY_ID_BYTES) == 0)
			return k;
	}
	return NULL;
}

int
contract_may_speak(const struct contract_socket *s, uid_t uid)
{
	size_t i;

	for (i = 0; i < s->n_uid; i++)
		if (s->uid[i] == uid)
			return 1;
	return 0;
}

int
contract_is_stopped(const struct contract *c)
{
	struct stat st;

	if (c->stop_file[0] == '\0')
		return 0;
	return lstat(c->stop_file, &st) == 0 || errno != ENOENT;
}
