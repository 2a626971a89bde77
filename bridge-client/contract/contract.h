#ifndef BRIDGE_CONTRACT_H
#define BRIDGE_CONTRACT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "lib/conf.h"
#include "lib/key.h"

struct prefix_list;
struct secret;
struct tariff;

/*
 * What the configuration says: the providers, the accounts under prior
 * contract, and for whom each verify key may speak.  Read whole and held
 * against itself at load; afterwards nothing in it changes.
 *
 * Strings are as the file gives them ("" where an optional one is absent, but
 * never NULL); all memory lives until contract_free().
 */
struct contract_provider {
	char		*kind;		/* of provider.h, e.g. "asterisk" */
	char		*url;		/* of the API, no slash at the end */
	char		*user;
	char		*password_file;
	char		*app;
	char		*trunk_pstn;
	char		*trunk_sip;	/* "": no packet legs */
	char		*prompts;
	char		*public_key;	/* "": no webhooks are signed by it */
	char		*hook_secret_file;	/* "": nor by what it holds */
	char		*ca_file;	/* "": the system's */
	int64_t		 connect_s;
	int64_t		 calls_per_s;	/* 0: the kind's */
	int		 is_erasing;	/* there, too */

	/* made by contract_load */
	const char	*name;
	/* NULL where no file is named, and after CONTRACT_RELOAD */
	struct secret	*password;
	struct secret	*hook_secret;
	int		 line;		/* of the section, for complaints */
};

/* May another number use an offer than the one that pressed 1 first? */
enum contract_forwarding {
	CONTRACT_ALLOW,
	CONTRACT_DENY,
	CONTRACT_CONFIRM	/* with a code that is mailed to who got the
				   offer; where that is not known: no */
};

struct contract_account {
	char		*caller_id;	/* E.164: the number that both see */
	char		*region;	/* "GB": of numbers typed without a + */
	struct conf_list countries;	/* that may be rung; none: the region */
	struct conf_list providers;	/* names, in order of preference */
	struct conf_list sip_domains;	/* packet destinations; none: no */
	int		 is_sip_offeree;	/* the offeree may too */
	char		*forwarding_word;	/* allow, deny, confirm */
	/* of the prompts; the first where the one wished for is not there */
	struct conf_list languages;
	char		*deny_file;	/* "": none */
	char		*price;		/* to the offeree; "": free */
	char		*payer;		/* of calls: "" nobody, "prepaid", or a
					   section */
	char		*customer;	/* as that payer knows the account */
	char		*currency;
	char		*rates_file;
	char		*floor_text;	/* prepaid: so much stays */
	char		*call_text;	/* a call costs so much at most; "" */
	/* likewise all of an offer, an offeror's of a day, all of a day */
	char		*spend_offer_text, *spend_offeror_text, *spend_day_text;
	int64_t		 least_s;	/* a shorter talk is not begun */
	int64_t		 hold_s;	/* talk that a hold pays for; 0: all */
	int64_t		 ring_s;
	int64_t		 confirm_s;	/* silence in which the key may come */
	int64_t		 max_s;		/* longest talk */
	int64_t		 per_number_10min;	/* to one number, all offers */
	int64_t		 per_number_day;
	int64_t		 per_prefix_10min;	/* to numbers alike but for
						   the last two digits */
	int64_t		 per_client_10min;	/* from one address prefix */
	int64_t		 per_client_day;
	int64_t		 per_offer_attempts;
	int64_t		 per_offeror_day;
	int64_t		 per_day;
	int64_t		 at_once;

	/* made by contract_load */
	const char	*name;
	enum contract_forwarding forwarding;
	struct prefix_list *deny;	/* NULL: no file */
	struct tariff	*rates;		/* NULL: nobody pays */
	int64_t		 floor;		/* lib/money.h */
	int64_t		 per_call;	/* 0: no cap; so the next three */
	int64_t		 spend_offer, spend_offeror, spend_day;
	int		 line;
};

enum contract_state {
	CONTRACT_LIVE,
	CONTRACT_RETIRED,	/* signs nothing new: older offers still hold */
	CONTRACT_COMPROMISED	/* nothing it signed is honoured */
};

/* For whom a verify key may speak.  Patterns: lib/pattern.h. */
struct contract_key {
	char		*file;
	struct conf_list accounts;
	struct conf_list from_domains;
	struct conf_list destinations;	/* "+44*", "sip:*@example.com", "*" */
	int64_t		 max_lifetime_s;
	int64_t		 max_uses;
	char		*state_word;	/* live, retired, compromised */
	char		*retired_text;	/* "2026-11-23" or with "T06:09:33Z" */

	/* made by contract_load */
	const char	*name;
	unsigned char	 id[KEY_ID_BYTES];
	enum contract_state state;
	int64_t		 retired_at;	/* CONTRACT_RETIRED: Unix seconds */
	int		 line;
};

/* One of the two sockets, and who may speak on it. */
struct contract_socket {
	char		*path;
	char		*group;		/* "": as it falls */
	int64_t		 mode;
	struct conf_list users;		/* names or numeric ids */

	/* made by contract_load */
	uid_t		*uid;
	size_t		 n_uid;
};

#define CONTRACT_PROVIDERS_MAX	8

struct contract {
	char		*public_url;	/* "https://call.example.com" */
	char		*user, *group;	/* "": stay who we are */
	char		*journal;	/* directory */
	int64_t		 journal_size;
	int64_t		 keep_s;	/* ended calls are kept so long */
	char		*day_keys;	/* directory; "": journal and "-keys" */
	int64_t		 keep_numbers_s;	/* beyond the day of a call */
	struct conf_list unseal_keys;	/* files */
	char		*mac_file;
	char		*metrics;	/* address of its own; "": none */
	char		*names;		/* directory; "": no recordings */
	char		*smtp;		/* of the mail server; "": no notices */
	char		*smtp_from;
	char		*smtp_user;	/* "": without a login */
	char		*smtp_password_file;
	char		*smtp_ca_file;	/* "": the system's */
	char		*stop_file;	/* while it exists, no call is accepted;
					   "": there is none */
	struct contract_socket face, admin;
	struct conf_sections provider_sections;	/* struct contract_provider */
	struct conf_sections payer_sections;	/* struct contract_payer */
	struct conf_sections account_sections;	/* struct contract_account */
	struct conf_sections key_sections;	/* struct contract_key */

	/* made by contract_load */
	const char	*path;		/* by contract_parse */
	struct conf	*conf;
	struct key	 mac;		/* after CONTRACT_START only */
	struct secret	*smtp_password;	/* likewise; NULL: no file is named */
	struct key_ring	 verify;	/* every key, whatever its state */
};

/*
 * The file alone, its keys each within its bounds; contract_load.h reads all
 * the rest.  NULL, and `why` is one line "FILE:LINE: what is wrong".  `path`
 * is borrowed.
 */
struct contract *contract_parse(const char *path, char *why, size_t size);
void contract_free(struct contract *);

/*
 * One line "FILE:LINE: KEY: what is wrong" about this key of the section that
 * begins at `line` (1: of no section).  -1.
 */
struct contract_place {
	const char	*path;
	char		*why;
	size_t		 size;
};
int contract_wrong(const struct contract_place *, int line,
    const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* NULL: there is none of that name (id).  Borrowed. */
const struct contract_account *contract_account(const struct contract *,
    const char *name);
const struct contract_provider *contract_provider(const struct contract *,
    const char *name);
const struct contract_key *contract_key(const struct contract *,
    const unsigned char id[KEY_ID_BYTES]);
size_t contract_n_providers(const struct contract *);
const struct contract_provider *contract_provider_at(const struct contract *,
    size_t i);

/* 1 when this uid may speak on the socket. */
int contract_may_speak(const struct contract_socket *, uid_t);

/* 1 when the file of the kill switch exists (or cannot be looked for). */
int contract_is_stopped(const struct contract *);

/* The account's section as the file would say it, with all that holds. */
void contract_print_account(const struct contract_account *);

#endif
