#ifndef LIB_ENTRY_H
#define LIB_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/window.h"

/*
 * One entry of the offerors table: who may offer, and what.  A line of the
 * text table is a key and a value:
 *
 *	alice@example.com  to=+442079460123 name="Alice Doe" account=sales
 *	@example.com       to=+442079460100 mode=always
 *
 * The compiled table (LMDB, the same as Postfix's postmap makes from the same
 * text) holds the value as it stands.  Words of the value, in any order, each
 * at most once:
 *
 *	to=DEST		the registered destination (required)
 *	name="..."	display name on the page, <= 64 bytes UTF-8; default:
 *			the address
 *	account=NAME	[a-z0-9_-]{1,32}; default: "default"
 *	mode=header | always | subject:TAG
 *			when an offer is made; default header
 *	login=A,B,...	SASL logins that may send as this address; default: the
 *			address itself or its local part
 *	allow=P,Q,...	destinations the header may name instead: exact, or
 *			ending in "*" ("+44*", "sip:*@example.com" with one *
 *			anywhere); default: none
 *	expires=7d	1 m to 90 d; default 7d
 *	uses=N		1..255; 0: as many as recipients; default 0
 *	max=30m		longest call, 1 m to 4 h; default: the account's
 *	window="..."	lib/window.h
 *	lang=xx		two letters; default "en"
 *	template=NAME	[a-z0-9_-]{1,32}: of the button; default: "default"
 *	sound=FILE	a recording of the name, an absolute path; for
 *			calloffer offerors alone
 */
enum entry_mode { ENTRY_HEADER, ENTRY_ALWAYS, ENTRY_SUBJECT };

#define ENTRY_LIST_MAX	16
#define ENTRY_WORD_MAX	128
#define ENTRY_TEMPLATE_MAX 32

struct entry {
	struct tel	to;
	char		name[65];		/* "" : the address */
	char		account[TERMS_ACCOUNT_MAX + 1];
	enum entry_mode	mode;
	char		subject_tag[ENTRY_WORD_MAX + 1];
	size_t		n_login;
	char		login[ENTRY_LIST_MAX][ENTRY_WORD_MAX + 1];
	size_t		n_allow;
	char		allow[ENTRY_LIST_MAX][ENTRY_WORD_MAX + 1];
	uint32_t	expires_s;
	uint8_t		uses;
	uint32_t	max_s;			/* 0: the account's */
	struct window	window;
	char		lang[3];
	char		template[ENTRY_TEMPLATE_MAX + 1]; /* "": default */
	char		sound[ENTRY_WORD_MAX + 1];	/* "": none */
};

/* -1, and a sentence that names the word at fault. */
int entry_parse(struct entry *, const char *, size_t, char *why, size_t size)
    __attribute__((warn_unused_result));
/*
 * A key: an address or "@domain", lower-cased into `dst`, its domain as the
 * DNS writes it (lib/idn.h).  -1 and a reason.
 */
int entry_key(const char *, size_t, char *dst, size_t size, const char **why)
    __attribute__((warn_unused_result));
/* 1 when the destination is the registered one or one that `allow` covers. */
int entry_allows(const struct entry *, const struct tel *);

#endif
