/*
 * A new map, as it takes the place of the old one.  The input is its lines:
 * a key, a space, a value.  It is taken exactly when every entry is good, and
 * then what it holds is found; else the old one stays in force and the
 * complaint is a line that names the file.
 */

#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "lib/entry.h"
#include "milter/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define LINES_MAX	64
#define KEY_MAX_LMDB	511

struct line {
	const char	*key, *value;
	size_t		 key_len, value_len;
};

static char path[64], next[80], why[512];
static const struct line usual[] = {
	{ "alice@example.com", "to=+442079460123", 17, 16 }
};

static void
end(void)
{
	unlink(path);
	unlink(next);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

static void
make(const struct line *l, size_t n)
{
	struct db_txn *txn;
	struct db *db;

	unlink(next);
	db = db_open(next, DB_WRITE_FILE, NULL, 0, why, sizeof(why));
	if (db == NULL || db_begin(db, &txn, 1) != DB_OK)
		abort();
	for (; n > 0; n--, l++)
		if (db_put(txn, 0, l->key, l->key_len, l->value,
		    l->value_len) != DB_OK)
			abort();
	if (db_commit(txn) != DB_OK)
		abort();
	db_close(db);
	if (rename(next, path) != 0)
		abort();
}

static struct table *
begin(void)
{
	/* In memory: each map is synced, and a disk would set the pace. */
	char shm[] = "/dev/shm/calloffer-fuzz-XXXXXX";
	char tmp[] = "/tmp/calloffer-fuzz-XXXXXX";
	const char *dir = mkdtemp(shm);
	const struct table_source source = { .name = path };
	struct table *t;

	if (dir == NULL)
		dir = mkdtemp(tmp);
	if (dir == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/offerors.lmdb", dir);
	snprintf(next, sizeof(next), "%s.new", path);
	atexit(end);
	make(usual, 1);
	t = table_open(&source, why, sizeof(why));
	if (t == NULL)
		abort();
	return t;
}

/* Of two lines with one key the later counts. */
static size_t
read_lines(struct line *l, const char *p, size_t len)
{
	const char *end_p = p + len, *eol, *space;
	size_t n = 0, i;

	for (; p < end_p && n < LINES_MAX; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end_p - p));
		if (eol == NULL)
			eol = end_p;
		space = memchr(p, ' ', (size_t)(eol - p));
		if (space == NULL || space == p || space - p > KEY_MAX_LMDB)
			continue;
		for (i = 0; i < n && (l[i].key_len != (size_t)(space - p) ||
		    memcmp(l[i].key, p, l[i].key_len) != 0); i++)
			;
		l[i].key = p;
		l[i].key_len = (size_t)(space - p);
		l[i].value = space + 1;
		l[i].value_len = (size_t)(eol - space - 1);
		n += i == n;
	}
	return n;
}

static size_t
bare(const char *p, size_t len)
{
	return len > 0 && p[len - 1] == '\0' ? len - 1 : len;
}

static int
is_good(const struct line *l)
{
	const char *reason;
	char key[255];
	struct entry e;

	return entry_key(l->key, bare(l->key, l->key_len), key, sizeof(key),
	    &reason) == 0 && entry_parse(&e, l->value,
	    bare(l->value, l->value_len), why, sizeof(why)) == 0;
}

/* An entry is found where its key stands in the map as one looks it up. */
static void
check_found(struct table *t, const struct line *l)
{
	struct table_query q = { NULL, NULL, "+" };
	const char *reason;
	struct entry e;
	char key[255];

	if (entry_key(l->key, bare(l->key, l->key_len), key, sizeof(key),
	    &reason) != 0)
		abort();
	if (strlen(key) != bare(l->key, l->key_len) ||
	    memcmp(key, l->key, strlen(key)) != 0)
		return;
	q.address = key;
	if (table_find(t, &q, &e, why, sizeof(why)) != TABLE_FOUND)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct table *t;
	struct line line[LINES_MAX];
	size_t n = read_lines(line, (const char *)p, len), i, n_good = 0;

	if (t == NULL)
		t = begin();
	make(usual, 1);
	if (table_refresh(t, why, sizeof(why)) < 0)
		abort();
	make(line, n);
	for (i = 0; i < n; i++)
		n_good += (size_t)is_good(&line[i]);
	if (table_refresh(t, why, sizeof(why)) != (n_good == n ? 1 : -1))
		abort();
	if (n_good != n) {
		if (strncmp(why, path, strlen(path)) != 0 ||
		    table_count(t) != 1)
			abort();
		check_found(t, &usual[0]);
		return 0;
	}
	if (table_count(t) != n)
		abort();
	for (i = 0; i < n; i++)
		check_found(t, &line[i]);
	return 0;
}
