/*
 * What the table of offerors says, held against what the bridge lets the
 * milter's key say.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/db.h"
#include "lib/entry.h"
#include "lib/pattern.h"
#include "lib/tel.h"

#include "admin/facts.h"

#include "admin/scope.h"

#define KEY_SIZE	(TERMS_ADDRESS_MAX + 2)
#define NAMED		3	/* entries that are told by name */

/* Patterns, of the milter's key, and names; their text is the facts'. */
struct scope {
	struct conf_list	accounts, from_domains;
	struct conf_list	destinations;
	struct conf_list	names;		/* of the bridge's accounts */
	struct conf_list	rings;		/* "NAME KEY PATTERN" of them */
};

/* What was found so far. */
struct finding {
	struct buf	named;		/* the first, and their faults */
	size_t		n;
};

/* The rests of the lines that begin so.  -1: out of memory. */
static int
gather(struct conf_list *list, const struct facts *f, const char *begin)
{
	size_t n = strlen(begin);
	char *p, **grown;

	if (f->text == NULL)
		return 0;
	for (p = f->text; p < f->text + f->len; p += strlen(p) + 1) {
		if (strncmp(p, begin, n) != 0)
			continue;
		grown = reallocarray(list->item, list->n + 1, sizeof(*grown));
		if (grown == NULL)
			return -1;
		list->item = grown;
		list->item[list->n++] = p + n;
	}
	return 0;
}

static int
gather_all(struct scope *s, const struct facts *bridge, const char *id)
{
	const struct {
		const char *key;
		struct conf_list *list;
	} keys[] = {
		{ "accounts", &s->accounts },
		{ "from_domains", &s->from_domains },
		{ "destinations", &s->destinations }
	};
	char begin[64];
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(begin, sizeof(begin), "scope %s %s ", id, keys[i].key);
		if (gather(keys[i].list, bridge, begin) == -1)
			return -1;
	}
	if (gather(&s->names, bridge, "account ") == -1)
		return -1;
	return gather(&s->rings, bridge, "rings ");
}

static void
forget_all(struct scope *s)
{
	free(s->accounts.item);
	free(s->from_domains.item);
	free(s->destinations.item);
	free(s->names.item);
	free(s->rings.item);
}

static int
is_account(const struct scope *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->names.n; i++)
		if (strcmp(s->names.item[i], name) == 0)
			return 1;
	return 0;
}

/* The host, or its pattern, of "sip:*@example.com:5061". */
static void
find_host(const char *what, char host[TEL_TEXT_MAX + 1])
{
	const char *at = strrchr(what, '@');
	const char *begin = at != NULL ? at + 1 : "*";

	snprintf(host, TEL_TEXT_MAX + 1, "%.*s", (int)strcspn(begin, ":"),
	    begin);
}

/* The key of an account's section that lets none of this through, or NULL. */
static const char *
find_refusal(const struct scope *s, const char *account, const char *what)
{
	const char *key = what[0] == '+' ? "countries" : "sip_domains";
	char host[TEL_TEXT_MAX + 1], begin[TERMS_ACCOUNT_MAX + 32];
	size_t i, n;

	if (what[0] != '+') {
		find_host(what, host);
		what = host;
	}
	n = (size_t)snprintf(begin, sizeof(begin), "%s %s ", account, key);
	for (i = 0; i < s->rings.n; i++)
		if (strncmp(s->rings.item[i], begin, n) == 0 &&
		    pattern_meets(s->rings.item[i] + n, what))
			return NULL;
	return s->rings.n > 0 ? key : NULL;
}

/* A pattern as it may be shown: "+44...*", "sip:d...*@example.com". */
static void
shorten(const char *pattern, char *dst, size_t size)
{
	const char *star = strchr(pattern, '*');
	size_t keep = pattern[0] == '+' ? 3 : strcspn(pattern, ":") + 2;

	if ((size_t)(star - pattern) <= keep)
		snprintf(dst, size, "%s", pattern);
	else
		snprintf(dst, size, "%.*s...%s", (int)keep, pattern, star);
}

static int
is_offered(const struct scope *s, const char *what)
{
	size_t i;

	for (i = 0; i < s->destinations.n; i++)
		if (pattern_meets(s->destinations.item[i], what))
			return 1;
	return 0;
}

/* A destination, or a pattern of them, of which none is let through. */
static int
is_refused(const struct scope *s, const char *account, const char *what,
    const char *shown, struct buf *fault)
{
	const char *key;

	if (!is_offered(s, what))
		buf_printf(fault, "%s is not in destinations", shown);
	else if ((key = find_refusal(s, account, what)) != NULL)
		buf_printf(fault, "%s is not in %s of %s", shown, key, account);
	return fault->len > 0;
}

static int
find_destination(const struct scope *s, const struct entry *e,
    struct buf *fault)
{
	char shown[TEL_REDACTED_SIZE + ENTRY_WORD_MAX];
	const char *what;
	struct tel t;
	size_t i;

	tel_redact(&e->to, shown);
	if (is_refused(s, e->account, e->to.text, shown, fault))
		return 1;
	for (i = 0; i < e->n_allow; i++) {
		what = e->allow[i];
		if (strchr(what, '*') != NULL)
			shorten(what, shown, sizeof(shown));
		else if (tel_parse(&t, what, strlen(what), NULL) == 0) {
			tel_redact(&t, shown);
			what = t.text;
		}
		if (is_refused(s, e->account, what, shown, fault))
			return 1;
	}
	return 0;
}

/* What of the entry never works, by the names in bridge.conf.  0: nothing. */
static int
find_fault(const struct scope *s, const char *key, const struct entry *e,
    struct buf *fault)
{
	const char *domain = strrchr(key, '@') + 1;

	if (!is_account(s, e->account))
		buf_printf(fault, "there is no account %s", e->account);
	else if (!pattern_fits_any(&s->accounts, e->account))
		buf_printf(fault, "%s is not in accounts", e->account);
	else if (!pattern_fits_any(&s->from_domains, domain))
		buf_printf(fault, "%s is not in from_domains", domain);
	else
		return find_destination(s, e, fault);
	return 1;
}

/* One row of the table; what cannot be read the milter has told. */
static void
judge(const struct scope *s, const struct db_value *k,
    const struct db_value *v, struct finding *found)
{
	char key[KEY_SIZE], why[256], text[2 * KEY_SIZE];
	const char *reason;
	struct entry e;
	struct buf fault;

	/* Maps have a NUL behind keys and values. */
	if (entry_key(k->data, strnlen(k->data, k->len), key, sizeof(key),
	    &reason) == -1 || entry_parse(&e, v->data, strnlen(v->data, v->len),
	    why, sizeof(why)) == -1)
		return;
	buf_over(&fault, text, sizeof(text));
	if (!find_fault(s, key, &e, &fault))
		return;
	if (found->n++ < NAMED)
		buf_printf(&found->named, "%s%s (%s)", found->n > 1 ? ", " : "",
		    key, buf_cstr(&fault));
}

/* 0, or -1 and what is wrong with the file. */
static int
read_table(const char *path, const struct scope *s, struct finding *found,
    char why[SCOPE_WHY_SIZE])
{
	struct db *db = db_open(path, DB_READ, NULL, 0, why, SCOPE_WHY_SIZE);
	struct db_cursor *c = NULL;
	struct db_txn *txn = NULL;
	struct db_value k, v;
	enum db_result r;

	if (db == NULL)
		return -1;
	r = db_begin(db, &txn, 0);
	if (r == DB_OK)
		r = db_seek(txn, 0, NULL, 0, &c, &k, &v);
	for (; r == DB_OK; r = db_next(c, &k, &v))
		judge(s, &k, &v, found);
	if (r != DB_NOT_FOUND)
		snprintf(why, SCOPE_WHY_SIZE, "%s: %s", path, db_error(db));
	db_cursor_free(c);
	db_abort(txn);
	db_close(db);
	return r == DB_NOT_FOUND ? 0 : -1;
}

static enum scope_result
tell(struct finding *found, char why[SCOPE_WHY_SIZE])
{
	char more[64] = "";

	if (found->n == 0)
		return SCOPE_GOOD;
	if (found->n > NAMED)
		snprintf(more, sizeof(more), " and %zu more", found->n - NAMED);
	snprintf(why, SCOPE_WHY_SIZE, "The bridge refuses links of these when "
	    "somebody opens them: %s%s.", buf_cstr(&found->named), more);
	return SCOPE_REFUSED;
}

enum scope_result
scope_look(const struct facts *milter, const struct facts *bridge,
    char why[SCOPE_WHY_SIZE])
{
	const char *path = facts_get(milter, "table", 0);
	const char *id = facts_get(milter, "sign", 0);
	enum scope_result result = SCOPE_UNKNOWN;
	struct scope s = { 0 };
	struct finding found = { .n = 0 };
	char text[SCOPE_WHY_SIZE - 128];

	if (path == NULL || id == NULL || access(path, F_OK) != 0)
		return SCOPE_UNKNOWN;
	buf_over(&found.named, text, sizeof(text));
	if (gather_all(&s, bridge, id) == -1) {
		snprintf(why, SCOPE_WHY_SIZE, "out of memory");
		result = SCOPE_UNREAD;
	} else if (s.from_domains.n > 0)
		result = read_table(path, &s, &found, why) == -1 ?
		    SCOPE_UNREAD : tell(&found, why);
	forget_all(&s);
	return result;
}
