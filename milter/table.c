/*
 * Looking up offerors in a compiled map, and taking a new one as it comes.
 */

#include <sys/stat.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "lib/entry.h"

#include "milter/snapshot.h"

#include "milter/table.h"

#define KEY_SIZE (TERMS_ADDRESS_MAX + 2)	/* and the NUL of the map */

/* One state of the file. */
struct map {
	struct db	*db;
	const char	*path;		/* the table's */
	const struct table_source *source;	/* likewise */
	struct stat	 st;
	size_t		 count;
	int		 offers_unasked;
};

struct table {
	char			*path;
	struct table_source	 source;
	pthread_rwlock_t	 lock;	/* of `map` */
	struct map		*map;
	struct stat		 tried;	/* what refresh looked at last */
};

static char *
file_of(const char *name)
{
	size_t len;
	char *path;

	if (strncmp(name, "lmdb:", 5) != 0)
		return strdup(name);
	name += 5;
	len = strlen(name);
	path = malloc(len + sizeof(".lmdb"));
	if (path == NULL)
		return NULL;
	memcpy(path, name, len + 1);
	if (len < 5 || strcmp(name + len - 5, ".lmdb") != 0)
		memcpy(path + len, ".lmdb", sizeof(".lmdb"));
	return path;
}

/* Without the NUL that maps of Postfix count as part of keys and values. */
static size_t
bare(const struct db_value *v)
{
	const char *p = v->data;

	return v->len > 0 && p[v->len - 1] == '\0' ? v->len - 1 : v->len;
}

static int
check_entry(struct map *m, const struct db_value *k,
    const struct db_value *v, char *why, size_t size)
{
	char key[KEY_SIZE], reason[256];
	const char *what;
	struct entry entry;

	if (entry_key(k->data, bare(k), key, sizeof(key), &what) != 0) {
		snprintf(why, size, "%s: key %.*s: %s", m->path, (int)bare(k),
		    (const char *)k->data, what);
		return -1;
	}
	if (entry_parse(&entry, v->data, bare(v), reason, sizeof(reason))
	    != 0) {
		snprintf(why, size, "%s: %s: %s", m->path, key, reason);
		return -1;
	}
	if (entry.template[0] != '\0' && m->source->knows != NULL &&
	    !m->source->knows(m->source->ctx, entry.template)) {
		snprintf(why, size, "%s: %s: there is no template %s; a new "
		    "one is read at the next reload", m->path, key,
		    entry.template);
		return -1;
	}
	if (entry.mode != ENTRY_HEADER)
		m->offers_unasked = 1;
	m->count++;
	return 0;
}

static int
check_all(struct map *m, struct db_txn *txn, char *why, size_t size)
{
	struct db_cursor *c = NULL;
	struct db_value k, v;
	enum db_result r;
	int rc = 0;

	r = db_seek(txn, 0, NULL, 0, &c, &k, &v);
	while (r == DB_OK && rc == 0) {
		rc = check_entry(m, &k, &v, why, size);
		if (rc == 0)
			r = db_next(c, &k, &v);
	}
	db_cursor_free(c);
	if (rc == 0 && r != DB_NOT_FOUND) {
		snprintf(why, size, "%s: %s", m->path, db_error(m->db));
		rc = -1;
	}
	return rc;
}

/* Opens what the file holds now, whatever becomes of the file. */
static int
open_copy(struct map *m, char *why, size_t size)
{
	char path[SNAPSHOT_PATH_MAX], what[512];
	const size_t n = sizeof(path);
	int fd = snapshot_take(m->path, &m->st, path, why, size);

	if (fd < 0)
		return -1;
	m->db = db_open(path, DB_READ, NULL, 0, what, sizeof(what));
	close(fd);
	if (m->db != NULL)
		return 0;
	/* The name of the copy says nothing to anybody. */
	snprintf(why, size, "%s%s", m->path, strncmp(what, path, strnlen(path,
	    n)) == 0 ? what + strnlen(path, n) : what);
	return -1;
}

static int
load(struct map *m, char *why, size_t size)
{
	struct db_txn *txn = NULL;
	int rc;

	if (access(m->path, F_OK) != 0) {
		snprintf(why, size, "%s: there is no such table; make it with "
		    "calloffer offerors, or postmap lmdb:...", m->path);
		return -1;
	}
	if (open_copy(m, why, size) != 0)
		return -1;
	if (db_begin(m->db, &txn, 0) != DB_OK) {
		snprintf(why, size, "%s: %s", m->path, db_error(m->db));
		return -1;
	}
	rc = check_all(m, txn, why, size);
	db_abort(txn);
	return rc;
}

static void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	if (m->db != NULL)
		db_close(m->db);
	free(m);
}

static struct map *
map_open(const struct table *t, char *why, size_t size)
{
	struct map *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	m->path = t->path;
	m->source = &t->source;
	if (load(m, why, size) != 0) {
		map_free(m);
		return NULL;
	}
	return m;
}

/* Who brings a new map goes first: readers never stop coming. */
static int
init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	int r;

	if (pthread_rwlockattr_init(&attr) != 0)
		return -1;
	r = pthread_rwlockattr_setkind_np(&attr,
	    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (r == 0)
		r = pthread_rwlock_init(lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return r == 0 ? 0 : -1;
}

struct table *
table_open(const struct table_source *source, char *why, size_t size)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL || init_lock(&t->lock) != 0) {
		snprintf(why, size, "out of memory");
		free(t);
		return NULL;
	}
	t->source = *source;
	t->path = file_of(source->name);
	if (t->path == NULL)
		snprintf(why, size, "out of memory");
	else
		t->map = map_open(t, why, size);
	if (t->map == NULL) {
		table_free(t);
		return NULL;
	}
	t->tried = t->map->st;
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	map_free(t->map);
	pthread_rwlock_destroy(&t->lock);
	free(t->path);
	free(t);
}

const char *
table_path(const struct table *t)
{
	return t->path;
}

size_t
table_count(struct table *t)
{
	size_t n;

	pthread_rwlock_rdlock(&t->lock);
	n = t->map->count;
	pthread_rwlock_unlock(&t->lock);
	return n;
}

int64_t
table_written(struct table *t)
{
	int64_t at;

	pthread_rwlock_rdlock(&t->lock);
	at = t->map->st.st_mtim.tv_sec;
	pthread_rwlock_unlock(&t->lock);
	return at;
}

int
table_offers_unasked(struct table *t)
{
	int is;

	pthread_rwlock_rdlock(&t->lock);
	is = t->map->offers_unasked;
	pthread_rwlock_unlock(&t->lock);
	return is;
}

static int
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int
table_refresh(struct table *t, char *why, size_t size)
{
	struct map *old, *new;
	struct stat now;

	/* A file that is just being replaced may be missing for a moment. */
	if (stat(t->path, &now) != 0 || is_same(&now, &t->tried))
		return 0;
	t->tried = now;
	new = map_open(t, why, size);
	if (new == NULL)
		return -1;
	t->tried = new->st;
	pthread_rwlock_wrlock(&t->lock);
	old = t->map;
	t->map = new;
	pthread_rwlock_unlock(&t->lock);
	map_free(old);
	return 1;
}

/* `key` has room for the NUL with which Postfix's maps store it. */
static enum db_result
get(struct db_txn *txn, const char *key, struct db_value *v)
{
	size_t len = strlen(key);
	enum db_result r = db_get(txn, 0, key, len + 1, v);

	return r == DB_NOT_FOUND ? db_get(txn, 0, key, len, v) : r;
}

/* The address without its extension.  0 where it has none. */
static int
without_extension(char dst[KEY_SIZE], const char *address,
    const char *delimiters)
{
	size_t local = strcspn(address, "@"), n;

	/* "+x@..." is no extension of nothing */
	for (n = 1; n < local; n++)
		if (strchr(delimiters, address[n]) != NULL)
			break;
	if (local == 0 || n >= local)
		return 0;
	memcpy(dst, address, n);
	snprintf(dst + n, KEY_SIZE - n, "%s", address + local);
	return 1;
}

static enum db_result
look(struct db_txn *txn, const char *address, const char *delimiters,
    struct db_value *v)
{
	const char *domain = strrchr(address, '@');
	enum db_result r = get(txn, address, v);
	char key[KEY_SIZE];

	if (r == DB_NOT_FOUND && without_extension(key, address, delimiters))
		r = get(txn, key, v);
	if (r == DB_NOT_FOUND && domain != NULL)
		r = get(txn, domain, v);
	return r;
}

static enum table_result
find(struct map *m, const struct table_query *q, struct entry *out, char *why,
    size_t size)
{
	enum table_result result = TABLE_BROKEN;
	struct db_txn *txn = NULL;
	char reason[256];
	struct db_value v;
	enum db_result r;

	if (db_begin(m->db, &txn, 0) != DB_OK) {
		snprintf(why, size, "%s: %s", m->path, db_error(m->db));
		return TABLE_BROKEN;
	}
	r = look(txn, q->address, q->delimiters, &v);
	if (r == DB_NOT_FOUND && q->as_written != NULL)
		r = look(txn, q->as_written, q->delimiters, &v);
	switch (r) {
	case DB_OK:
		if (entry_parse(out, v.data, bare(&v), reason, sizeof(reason))
		    == 0)
			result = TABLE_FOUND;
		else
			snprintf(why, size, "%s: the entry of %s: %s", m->path,
			    q->address, reason);
		break;
	case DB_NOT_FOUND:
		result = TABLE_NONE;
		break;
	case DB_FULL:
	case DB_BROKEN:
		snprintf(why, size, "%s: %s", m->path, db_error(m->db));
		break;
	}
	db_abort(txn);
	return result;
}

enum table_result
table_find(struct table *t, const struct table_query *q, struct entry *out,
    char *why, size_t size)
{
	enum table_result result;

	if (strlen(q->address) > TERMS_ADDRESS_MAX ||
	    (q->as_written != NULL &&
	    strlen(q->as_written) > TERMS_ADDRESS_MAX))
		return TABLE_NONE;
	pthread_rwlock_rdlock(&t->lock);
	result = find(t->map, q, out, why, size);
	pthread_rwlock_unlock(&t->lock);
	return result;
}
