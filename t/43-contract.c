/*
 * The bridge's configuration: what is refused, with its file and line, and
 * what is read.
 */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/key.h"
#include "lib/secret.h"

#include "bridge-client/contract/contract.h"
#include "bridge-client/contract/contract_change.h"
#include "bridge-client/contract/contract_load.h"
#include "bridge-client/guard/prefix.h"

#include "t/tap.h"

/* %s: the test's folder. */
static const char good[] =
"public = \"https://call.example.com\"\n"		/* 1 */
"journal = %s/journal\n"
"unseal_keys = {\"%s/unseal\", \"%s/unseal2\"}\n"
"mac_key = %s/mac\n"
"stop_file = %s/stop\n"
"face_users = {\"0\"}\n"
"admin_users = {\"root\", \"12345\"}\n"
"provider trunk {\n"					/* 8 */
"	kind = asterisk\n"
"	url = \"http://127.0.0.1:8088\"\n"
"	user = calloffer\n"
"	password_file = %s/password\n"
"}\n"
"account default {\n"					/* 14 */
"	caller_id = \"+442079460100\"\n"
"	region = GB\n"
"	countries = {GB, DE}\n"
"	providers = {trunk}\n"
"	sip_domains = {\"example.com\"}\n"
"	deny_prefixes = %s/deny\n"
"	per_day = 7\n"
"	max = 30m\n"
"}\n"
"key main {\n"						/* 24 */
"	file = %s/verify\n"
"	accounts = {default}\n"
"	from_domains = {\"*\"}\n"
"	destinations = {\"+44*\", \"sip:*@example.com\"}\n"
"	max_uses = 3\n"
"}\n"
"key old {\n"						/* 31 */
"	file = %s/verify2\n"
"	accounts = {\"*\"}\n"
"	from_domains = {\"example.com\"}\n"
"	destinations = {\"*\"}\n"
"	state = retired\n"
"	retired_at = \"2026-11-23\"\n"
"}\n";

/* A line of the good file, what stands there instead, and the complaint. */
static const struct {
	const char	*line, *instead, *want;
} bad[] = {
	{ "public =", "publik = \"https://x.example\"", ":1: " },
	{ "public =", "", "public" },
	{ "public =", "public = call.example.com", ":1: " },
	{ "public =", "public = \"https://call.example.com/\"", ":1: " },
	{ "journal =", "journal = var/journal", ":2: " },
	{ "journal =", "journal_size = 12", ":2: " },
	{ "journal =", "keep = 1h", ":2: " },
	{ "journal =", "user = no-such-user-here", ":2: " },
	{ "journal =", "face_mode = 999", ":2: " },
	{ "journal =", "face_group = no-such-group-here", ":2: " },
	{ "journal =", "admin = \"/run/calloffer/face.sock\"", ":2: admin: " },
	{ "unseal_keys", "unseal_keys = {\"/nowhere/unseal\"}",
	    ":3: unseal_keys: /nowhere/unseal: " },
	{ "unseal_keys", "unseal_keys = {\"%s/loose\"}",
	    ":3: unseal_keys: %s/loose can be read " },
	{ "unseal_keys", "unseal_keys = {\"%s/mac\"}",
	    ":3: unseal_keys: %s/mac: must hold " },
	{ "unseal_keys", "", "unseal_keys" },
	{ "mac_key", "mac_key = %s/loose-mac",
	    ":4: mac_key: %s/loose-mac can be read " },
	{ "mac_key", "", "mac_key" },
	{ "face_users", "face_users = {no-such-user-here}",
	    ":6: face_users: no such user" },
	{ "	kind", "	knid = asterisk", ":9: " },
	{ "	kind", "", "kind" },
	{ "	url", "	url = \"127.0.0.1:8088\"", ":10: " },
	{ "	password_file", "	password_file = %s/nothing",
	    ":12: password_file: %s/nothing: " },
	{ "	password_file", "	password_file = %s/loose",
	    ":12: password_file: %s/loose can be read " },
	{ "account default", "account Default {", ":14: account: name it" },
	{ "	caller_id", "	caller_id = \"02079460100\"", ":15: " },
	{ "	caller_id", "	caller_id = \"sip:desk@example.com\"",
	    ":15: " },
	{ "	caller_id", "", "caller_id" },
	{ "	region", "	region = UK", ":16: " },
	{ "	max = 30m", "	forwarding = maybe", ":22: key `forwarding'" },
	{ "	max = 30m", "	forwarding = confirm",
	    ":22: forwarding: to confirm by a code needs smtp" },
	{ "	countries", "	countries = {GB, XX}", ":17: " },
	{ "	providers", "	providers = {trunk, other}",
	    ":18: providers: there is no provider other" },
	{ "	providers", "", ":14: providers: name at least one" },
	{ "	sip_domains", "	offeree_sip = yes",
	    ":19: offeree_sip: needs sip_domains" },
	{ "	password_file", "	trunk_pstn = \"PJSIP/%s@trunk\"",
	    ":19: sip_domains: the provider trunk has no trunk_sip" },
	{ "	deny_prefixes", "	deny_prefixes = %s/nothing",
	    ":20: deny_prefixes: %s/nothing: " },
	{ "	deny_prefixes", "	deny_prefixes = %s/verify",
	    ":20: deny_prefixes: %s/verify:1: " },
	{ "	per_day", "	spend_per_day = \"5\"",
	    ":21: spend_per_day: caps in money need a payer" },
	{ "	per_day", "	spend_per_offer = \"much\"",
	    ":21: key `spend_per_offer'" },
	{ "	per_day", "	payer = prepaid\n	currency = EUR\n"
	    "	rates = \"/nowhere\"\n	hold_for = 90s",
	    ":24: hold_for: two minutes or more" },
	{ "	per_day", "	payer = bank",
	    ":21: payer: there is no payer" },
	{ "	per_day", "	payer = prepaid",
	    ":21: payer: needs currency" },
	{ "	per_day", "	currency = eur", ":21: " },
	{ "	per_day", "	payer = prepaid\n	currency = EUR",
	    ":21: payer: needs rates" },
	{ "	per_day", "	payer = prepaid\n	currency = EUR\n"
	    "	rates = %s/nothing", ":23: rates: %s/nothing: " },
	{ "	per_day", "	payer = prepaid\n	currency = EUR\n"
	    "	rates = %s/verify", ":23: rates: %s/verify:1: " },
	{ "	per_day", "	floor = \"ten\"", ":21: " },
	{ "	per_day", "	per_call = \"1,50\"", ":21: " },
	{ "	per_day", "	per_call = \"0\"", ":21: key `per_call'" },
	{ "	per_day", "	spend_per_offer = \"-1\"",
	    ":21: key `spend_per_offer'" },
	{ "	per_day", "	spend_per_offeror_day = \"0.00\"",
	    ":21: key `spend_per_offeror_day'" },
	{ "	per_day", "	spend_per_day = \"-5\"",
	    ":21: key `spend_per_day'" },
	{ "journal =", "smtp_from = \"anrufe@b\303\274cher.example\"",
	    ":2: key `smtp_from'" },
	{ "account default", "payer bank {\n	kind = http\n"
	    "	url = \"http://pay.example.com\"\n"
	    "	secret_file = %s/password\n}\naccount default {", ":16: " },
	{ "account default", "payer bank {\n	kind = http\n"
	    "	url = \"http://127.0.0.1.example.com\"\n"
	    "	secret_file = %s/password\n}\naccount default {", ":16: " },
	{ "account default", "payer bank {\n	kind = http\n"
	    "	url = \"https://pay.example.com\"\n"
	    "	secret_file = %s/loose\n}\naccount default {",
	    ":17: secret_file: %s/loose can be read " },
	{ "account default", "payer prepaid {\n	kind = http\n"
	    "	url = \"https://pay.example.com\"\n"
	    "	secret_file = %s/password\n}\naccount default {",
	    ":14: payer: this name is the ledger's" },
	{ "	per_day", "	per_day = 0", ":21: " },
	{ "	per_day", "	per_day = many", ":21: " },
	{ "	max =", "	max = 5h", ":22: " },
	{ "	max =", "	ring = 1s", ":22: " },
	{ "	max =", "	per_offer_attempts = 65536", ":22: " },
	{ "	max =", "	price = \"0123456789012345678901234567890123456"
	    "789012345678901234567890123\"", ":22: " },
	{ "	file = %s/verify\n", "	file = %s/nothing",
	    ":25: file: %s/nothing: " },
	{ "	file = %s/verify\n", "	file = %s/mac", ":25: file: " },
	{ "	file = %s/verify\n", "	file = %s/verify2", ":32: file: " },
	{ "	accounts = {default}", "	accounts = {sales}",
	    ":26: accounts: there is no account sales" },
	{ "	accounts = {default}", "", ":24: accounts: say for whom" },
	{ "	from_domains = {\"*\"}", "	from_domains = {\"*.*\"}",
	    ":27: from_domains: at most one *" },
	{ "	max_uses", "	max_uses = 256", ":29: " },
	{ "	max_uses", "	state = dead", ":29: " },
	{ "	max_uses", "	state = retired",
	    ":29: state: a retired key needs retired_at" },
	{ "	retired_at", "	retired_at = \"2026-13-01\"", ":37: " },
	{ "	retired_at", "	retired_at = \"2026-02-30\"", ":37: " },
	{ "	retired_at", "	retired_at = \"23.11.2026\"", ":37: " },
	{ "	retired_at", "	retired_at = \"2026-11-23T06:09\"",
	    ":37: " },
};

static const char *
in_dir(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", tap_dir(), name);
	return path;
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in_dir(name), "we");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) == EOF)
		exit(1);
	chmod(in_dir(name), mode);
}

/* Every %s becomes the folder. */
static char *
expand(const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	for (; *text != '\0'; text++) {
		if (text[0] == '%' && text[1] == 's') {
			fputs(tap_dir(), f);
			text++;
		} else
			fputc(*text, f);
	}
	fclose(f);
	return out;
}

static void
set_up(void)
{
	static const struct { const char *name; enum key_kind kind; } keys[] = {
		{ "unseal", KEY_UNSEAL }, { "unseal2", KEY_UNSEAL },
		{ "loose", KEY_UNSEAL }, { "mac", KEY_MAC },
		{ "loose-mac", KEY_MAC }, { "verify", KEY_VERIFY },
		{ "verify2", KEY_VERIFY }
	};
	unsigned char bytes[KEY_BYTES];
	char why[256];
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		memset(bytes, (int)i + 1, sizeof(bytes));
		if (key_save(keys[i].kind, bytes, in_dir(keys[i].name), why,
		    sizeof(why)) == -1)
			tap_note("%s", why);
	}
	chmod(in_dir("loose"), 0644);
	chmod(in_dir("loose-mac"), 0440);
	write_file("password", "secret\n", 0400);
	write_file("rates", "prefix,minute\n44,0.01\n", 0444);
	write_file("deny", "# dear\n+44871 # shared\n\n 44909\n1900\n", 0444);
}

/* The good file with one line replaced. */
static void
write_conf(const char *line, const char *instead)
{
	const char *p = line != NULL ? strstr(good, line) : NULL, *end;
	char *text, *whole;

	if (p == NULL)
		whole = expand(good);
	else {
		end = strchr(p, '\n');
		if (asprintf(&text, "%.*s%s%s", (int)(p - good), good, instead,
		    end) == -1)
			exit(1);
		whole = expand(text);
		free(text);
	}
	write_file("bridge.conf", whole, 0644);
	free(whole);
}

static void
test_bad(void)
{
	struct contract *c;
	char why[1024], path[PATH_MAX], *want;
	size_t i;

	snprintf(path, sizeof(path), "%s", in_dir("bridge.conf"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_conf(bad[i].line, bad[i].instead);
		c = contract_load_file(path, CONTRACT_START, why, sizeof(why));
		want = expand(bad[i].want);
		ok(c == NULL && strncmp(why, path, strlen(path)) == 0 &&
		    strstr(why, want) != NULL && strchr(why, '\n') == NULL,
		    "%s -> \"%s\" (%s)", bad[i].instead, bad[i].want,
		    c == NULL ? why : "taken");
		free(want);
		contract_free(c);
	}
	c = contract_load_file("/nowhere/bridge.conf", CONTRACT_START, why,
	    sizeof(why));
	ok(c == NULL && strncmp(why, "/nowhere/bridge.conf", 20) == 0,
	    "no such file (%s)", why);
}

static void
test_good(void)
{
	const struct contract_account *a;
	const struct contract_key *k;
	struct contract *c;
	char why[1024], path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", in_dir("bridge.conf"));
	write_conf(NULL, NULL);
	c = contract_load_file(path, CONTRACT_START, why, sizeof(why));
	if (!ok(c != NULL, "the good file (%s)", c == NULL ? why : ""))
		return;
	is_str(c->public_url, "https://call.example.com", "public");
	is_int(c->journal_size, 1 << 30, "journal_size by default");
	ok(c->mac.secret != NULL, "the MAC key is there");
	is_int(contract_n_providers(c), 1, "one provider");
	ok(contract_provider_at(c, 0) == contract_provider(c, "trunk"), "it");
	is_int(secret_len(contract_provider(c, "trunk")->password), 6,
	    "its password");
	ok(contract_provider(c, "other") == NULL, "no other");
	a = contract_account(c, "default");
	is_str(a->name, "default", "the account");
	is_int(a->per_day, 7, "a cap");
	is_int(a->max_s, 1800, "a duration");
	is_int(a->ring_s, 30, "a default");
	ok(prefix_covers(a->deny, "+448711234567") &&
	    !prefix_covers(a->deny, "+442079460123"), "denied prefixes");
	ok(contract_account(c, "sales") == NULL, "no other account");
	k = contract_key(c, c->verify.keys[0].id);
	is_str(k->name, "main", "a key by its id");
	is_int(k->state, CONTRACT_LIVE, "which is live");
	k = contract_key(c, c->verify.keys[1].id);
	is_int(k->state, CONTRACT_RETIRED, "the other is retired");
	is_int(k->retired_at, 1795392000, "at a moment");
	ok(contract_key(c, (const unsigned char *)"none") == NULL, "no other");
	ok(contract_may_speak(&c->admin, 0), "root may, by name");
	ok(contract_may_speak(&c->admin, 12345), "an id may");
	ok(!contract_may_speak(&c->face, 12345), "not on the face's socket");
	ok(!contract_is_stopped(c), "not stopped");
	write_file("stop", "", 0644);
	ok(contract_is_stopped(c), "stopped while the file is there");
	unlink(in_dir("stop"));
	ok(!contract_is_stopped(c), "and no longer");
	contract_free(c);
}

static void
test_reload(void)
{
	static const struct { const char *line, *instead, *want; } cases[] = {
		{ NULL, NULL, NULL },
		{ "	per_day", "	per_day = 8", NULL },
		{ "	max_uses", "	state = compromised", NULL },
		{ "stop_file", "stop_file = %s/halt", NULL },
		{ "face_users", "face_users = {\"1\"}", NULL },
		{ "journal =", "journal = %s/other", "journal" },
		{ "mac_key", "mac_key = %s/mac2", "mac_key" },
		{ "unseal_keys", "unseal_keys = {\"%s/unseal\"}",
		    "unseal_keys" },
		{ "	url", "	url = \"http://127.0.0.1:8089\"",
		    "provider" },
		{ "stop_file", "face = /run/face", "face" },
		{ "stop_file", "admin_mode = 0660", "admin" },
	};
	struct contract *was, *now;
	char why[1024], path[PATH_MAX];
	size_t i;

	snprintf(path, sizeof(path), "%s", in_dir("bridge.conf"));
	write_conf(NULL, NULL);
	was = contract_load_file(path, CONTRACT_START, why, sizeof(why));
	for (i = 0; was != NULL && i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_conf(cases[i].line, cases[i].instead);
		now = contract_load_file(path, CONTRACT_RELOAD, why,
		    sizeof(why));
		if (!ok(now != NULL, "read again (%s)", now ? "" : why))
			continue;
		is_str(contract_change_needs_restart(was, now), cases[i].want,
		    "changed: %s", cases[i].instead ? cases[i].instead :
		    "nothing");
		ok(now->mac.secret == NULL &&
		    contract_provider_at(now, 0)->password == NULL,
		    "secrets are not read again");
		contract_free(now);
	}
	contract_free(was);
}

#define PAID	"	payer = prepaid\n	currency = EUR\n" \
	"	rates = %s/rates\n"
#define CAPPED	PAID "	spend_per_offer = \"5\""
#define OTHER(what) "account other {\n	caller_id = \"+442079460100\"\n" \
	"	region = GB\n	countries = {GB}\n" \
	"	providers = {trunk}\n" what "\n}"

/* What calls of an offer have cost is only kept where that has a cap. */
static void
test_reload_caps(void)
{
	static const struct {
		const char	*line, *before, *after, *want;
	} cases[] = {
		{ "	per_day", PAID, CAPPED, "spend_per_offer" },
		{ "	per_day", "	per_day = 7", CAPPED,
		    "spend_per_offer" },
		{ "stop_file", OTHER(PAID), OTHER(CAPPED), "spend_per_offer" },
		{ "	per_day", CAPPED,
		    PAID "	spend_per_offer = \"6\"", NULL },
		{ "	per_day", CAPPED, PAID, NULL },
		{ "	per_day", PAID, PAID "	spend_per_day = \"5\"",
		    NULL },
		{ "stop_file", "", OTHER(CAPPED), NULL },
		{ "stop_file", OTHER(CAPPED), "", NULL },
	};
	struct contract *was, *now;
	char why[1024] = "", path[PATH_MAX];
	size_t i;

	snprintf(path, sizeof(path), "%s", in_dir("bridge.conf"));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_conf(cases[i].line, cases[i].before);
		was = contract_load_file(path, CONTRACT_START, why,
		    sizeof(why));
		write_conf(cases[i].line, cases[i].after);
		now = contract_load_file(path, CONTRACT_RELOAD, why,
		    sizeof(why));
		if (ok(was != NULL && now != NULL, "read (%s)", why))
			is_str(contract_change_needs_restart(was, now),
			    cases[i].want, "case %zu", i);
		contract_free(was);
		contract_free(now);
	}
}

static void
test_prefixes(void)
{
	static const struct { const char *text, *want; } files[] = {
		{ "+44871\n0900\n", ":2: " }, { "44 871\n", ":1: " },
		{ "+\n", ":1: " }, { "1234567890123456\n", ":1: " },
		{ "abc\n", ":1: " }, { "\n\n++44\n", ":3: " },
	};
	static const struct { const char *number; int want; } numbers[] = {
		{ "+448712345678", 1 }, { "+44871", 1 }, { "+4487", 0 },
		{ "+448702345678", 0 }, { "+449091234567", 1 },
		{ "+19005550123", 1 }, { "+12015550123", 0 }, { "+", 0 },
	};
	struct prefix_list *l;
	char why[256];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		write_file("list", files[i].text, 0644);
		l = prefix_read(in_dir("list"), why, sizeof(why));
		ok(l == NULL && strstr(why, files[i].want) != NULL,
		    "refused: %s", l == NULL ? why : files[i].text);
		prefix_free(l);
	}
	l = prefix_read(in_dir("deny"), why, sizeof(why));
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		is_int(prefix_covers(l, numbers[i].number), numbers[i].want,
		    "%s", numbers[i].number);
	is_int(prefix_covers(NULL, "+448712345678"), 0, "no list covers none");
	prefix_free(l);
}

int
main(void)
{
	if (secret_init() == -1)
		return 1;
	set_up();
	test_bad();
	test_good();
	test_reload();
	test_reload_caps();
	test_prefixes();
	return tap_done();
}
