/*
 * The journal's disk.  Everything that reaches lib/db.h comes here first: to
 * be kept in memory, with exactly what was committed outliving a crash; or, in
 * some of the worlds, to go on to LMDB.  Either may be full, or fail.
 *
 * The linker sends db_foo() to __wrap_db_foo(), and __real_db_foo() is LMDB's.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"

#include "t/sim/sim.h"

#define TABLES 16

struct sim_disk disk;

struct row {
	unsigned char	*key, *val;
	size_t		 key_len, len;
};

static struct table {
	struct row	*row;		/* in the order of their keys */
	size_t		 n, size;
} table[TABLES];

/* What a write transaction has changed, so that it can be undone. */
struct change {
	int		table;
	struct row	was;		/* val NULL: it was not there */
};
static struct change *log_of;
static size_t n_log, log_size;
/* The doubtful commit: what it would have written. */
static struct change *redo;
static size_t n_redo;

/* A handle is one of these, or LMDB's. */
struct mem_txn {
	int	is_write;
};
struct mem_cursor {
	int	table;
	size_t	at;
};
static struct mem_txn writer = { 1 }, reader = { 0 };
static int is_writing, n_reading;

#define P __attribute__((warn_unused_result))
struct db *__real_db_open(const char *, enum db_mode, const char *const *,
    size_t, char *, size_t);
void __real_db_close(struct db *);
const char *__real_db_error(const struct db *);
enum db_result __real_db_begin(struct db *, struct db_txn **, int) P;
enum db_result __real_db_commit(struct db_txn *) P;
void __real_db_abort(struct db_txn *);
enum db_result __real_db_get(struct db_txn *, int, const void *, size_t,
    struct db_value *) P;
enum db_result __real_db_put(struct db_txn *, int, const void *, size_t,
    const void *, size_t) P;
enum db_result __real_db_del(struct db_txn *, int, const void *, size_t) P;
enum db_result __real_db_seek(struct db_txn *, int, const void *, size_t,
    struct db_cursor **, struct db_value *, struct db_value *) P;
enum db_result __real_db_last(struct db_txn *, int, struct db_cursor **,
    struct db_value *, struct db_value *) P;
enum db_result __real_db_next(struct db_cursor *, struct db_value *,
    struct db_value *) P;
enum db_result __real_db_prev(struct db_cursor *, struct db_value *,
    struct db_value *) P;
void __real_db_cursor_free(struct db_cursor *);
int __real_db_usage(struct db *, size_t *, size_t *);

struct db *__wrap_db_open(const char *, enum db_mode, const char *const *,
    size_t, char *, size_t);
void __wrap_db_close(struct db *);
const char *__wrap_db_error(const struct db *);
enum db_result __wrap_db_begin(struct db *, struct db_txn **, int) P;
enum db_result __wrap_db_commit(struct db_txn *) P;
void __wrap_db_abort(struct db_txn *);
enum db_result __wrap_db_get(struct db_txn *, int, const void *, size_t,
    struct db_value *) P;
enum db_result __wrap_db_put(struct db_txn *, int, const void *, size_t,
    const void *, size_t) P;
enum db_result __wrap_db_del(struct db_txn *, int, const void *, size_t) P;
enum db_result __wrap_db_seek(struct db_txn *, int, const void *, size_t,
    struct db_cursor **, struct db_value *, struct db_value *) P;
enum db_result __wrap_db_last(struct db_txn *, int, struct db_cursor **,
    struct db_value *, struct db_value *) P;
enum db_result __wrap_db_next(struct db_cursor *, struct db_value *,
    struct db_value *) P;
enum db_result __wrap_db_prev(struct db_cursor *, struct db_value *,
    struct db_value *) P;
void __wrap_db_cursor_free(struct db_cursor *);
int __wrap_db_usage(struct db *, size_t *, size_t *);

/* Rows. */

static void *
copy(const void *p, size_t len)
{
	void *q = malloc(len + 1);

	if (q == NULL)
		abort();
	memcpy(q, p, len);
	return q;
}

static int
compare(const struct row *r, const void *key, size_t len)
{
	int c = memcmp(r->key, key, r->key_len < len ? r->key_len : len);

	return c != 0 ? c : (r->key_len > len) - (r->key_len < len);
}

/* The first row >= key. */
static size_t
place(const struct table *t, const void *key, size_t len)
{
	size_t low = 0, high = t->n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (compare(&t->row[mid], key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct row *
row_at(struct table *t, size_t i, const void *key, size_t len)
{
	return i < t->n && compare(&t->row[i], key, len) == 0 ? &t->row[i] :
	    NULL;
}

static void
note(int which, const void *key, size_t key_len, void *val, size_t len)
{
	if (n_log == log_size) {
		log_size = log_size * 2 + 32;
		log_of = realloc(log_of, log_size * sizeof(log_of[0]));
		if (log_of == NULL)
			abort();
	}
	log_of[n_log++] = (struct change){ which,
	    { copy(key, key_len), val, key_len, len } };
}

/* `val` NULL: removes it.  Takes `val`; gives back what was there, or NULL. */
static void *
set(int which, const void *key, size_t key_len, void *val, size_t len,
    size_t *was_len)
{
	struct table *t = &table[which];
	size_t i = place(t, key, key_len);
	struct row *r = row_at(t, i, key, key_len);
	void *was = NULL;

	if (r == NULL && val != NULL) {
		if (t->n == t->size) {
			t->size = t->size * 2 + 16;
			t->row = realloc(t->row, t->size * sizeof(*r));
			if (t->row == NULL)
				abort();
		}
		r = &t->row[i];
		memmove(r + 1, r, (t->n++ - i) * sizeof(*r));
		*r = (struct row){ copy(key, key_len), val, key_len, len };
	} else if (r != NULL) {
		was = r->val;
		*was_len = r->len;
		r->val = val;
		r->len = len;
	}
	if (r != NULL && val == NULL) {
		free(r->key);
		memmove(r, r + 1, (--t->n - i) * sizeof(*r));
	}
	return was;
}

static void
free_changes(struct change *c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(c[i].was.key);
		free(c[i].was.val);
	}
}

/* Makes the changes, the last first; what was there before is dropped, or
 * kept in their place. */
static void
apply(struct change *c, size_t n, int is_kept)
{
	size_t len = 0;
	void *was;

	while (n-- > 0) {
		was = set(c[n].table, c[n].was.key, c[n].was.key_len,
		    c[n].was.val, c[n].was.len, &len);
		c[n].was.val = NULL;
		if (is_kept) {
			c[n].was.val = was;
			c[n].was.len = len;
		} else {
			free(was);
		}
	}
}

static void
forget_redo(void)
{
	free_changes(redo, n_redo);
	free(redo);
	redo = NULL;
	n_redo = 0;
	disk.has_doubt = 0;
}

/* It fails; but what it would have written is remembered. */
static void
doubt(void)
{
	struct change *c = log_of, tmp;
	size_t i, n = n_log;

	forget_redo();
	apply(c, n, 1);
	for (i = 0; i < n / 2; i++) {	/* to be made in their own order */
		tmp = c[i];
		c[i] = c[n - 1 - i];
		c[n - 1 - i] = tmp;
	}
	redo = c;
	n_redo = n;
	disk.has_doubt = 1;
	disk.n_doubts++;
	log_of = NULL;
	n_log = log_size = 0;
}

void
disk_reset(int is_lmdb)
{
	const char *shm = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct table *t;

	for (t = table; t < table + TABLES; t++) {
		while (t->n-- > 0) {
			free(t->row[t->n].key);
			free(t->row[t->n].val);
		}
		t->n = 0;
	}
	forget_redo();
	memset(&disk, 0, sizeof(disk));
	disk.is_lmdb = is_lmdb;
	snprintf(disk.dir, sizeof(disk.dir), "%s/calloffer-sim.%ld", shm,
	    (long)getpid());
}

void
disk_crash(void)
{
	disk.was_done = disk.has_doubt && sim_dice(2) == 0;
	if (disk.was_done)
		apply(redo, n_redo, 0);
	forget_redo();
}

void
disk_end(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/data.mdb", disk.dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", disk.dir);
	unlink(path);
	rmdir(disk.dir);
}

/* One more operation: does it fail? */
static int
breaks(void)
{
	return disk.break_in > 0 && --disk.break_in == 0;
}

/* The door. */

struct db *
__wrap_db_open(const char *path, enum db_mode mode, const char *const *tables,
    size_t map_size, char *why, size_t size)
{
	if (disk.is_lmdb)
		return __real_db_open(path, mode, tables, map_size, why, size);
	return (struct db *)&table;
}

void
__wrap_db_close(struct db *db)
{
	if (disk.is_lmdb)
		__real_db_close(db);
	else if (is_writing || n_reading > 0)
		abort();
}

const char *
__wrap_db_error(const struct db *db)
{
	(void)db;
	return "as the simulation wants it";
}

enum db_result
__wrap_db_begin(struct db *db, struct db_txn **out, int is_write)
{
	*out = NULL;
	if (breaks())
		return DB_BROKEN;
	if (disk.is_lmdb)
		return __real_db_begin(db, out, is_write);
	if (is_write && is_writing++)
		abort();
	n_reading += !is_write;
	*out = (struct db_txn *)(is_write ? &writer : &reader);
	return DB_OK;
}

static void
end_write(void)
{
	free_changes(log_of, n_log);
	n_log = 0;
	is_writing = 0;
}

enum db_result
__wrap_db_commit(struct db_txn *txn)
{
	int is_broken = breaks() || disk.doubt_next;

	if (!is_broken && !disk.is_full) {
		forget_redo();
		if (disk.is_lmdb)
			return __real_db_commit(txn);
		end_write();
		return DB_OK;
	}
	if (disk.doubt_next && !disk.is_lmdb)
		doubt();
	disk.doubt_next = 0;
	__wrap_db_abort(txn);
	return is_broken ? DB_BROKEN : DB_FULL;
}

void
__wrap_db_abort(struct db_txn *txn)
{
	if (disk.is_lmdb) {
		__real_db_abort(txn);
	} else if (txn == (struct db_txn *)&writer) {
		apply(log_of, n_log, 0);
		end_write();
	} else if (txn != NULL) {
		n_reading--;
	}
}

enum db_result
__wrap_db_get(struct db_txn *txn, int which, const void *key, size_t len,
    struct db_value *out)
{
	struct row *r;

	if (breaks())
		return DB_BROKEN;
	if (disk.is_lmdb)
		return __real_db_get(txn, which, key, len, out);
	r = row_at(&table[which], place(&table[which], key, len), key, len);
	if (r == NULL)
		return DB_NOT_FOUND;
	*out = (struct db_value){ r->val, r->len };
	return DB_OK;
}

enum db_result
__wrap_db_put(struct db_txn *txn, int which, const void *key, size_t key_len,
    const void *val, size_t len)
{
	size_t was_len = 0;
	void *was;

	if (breaks())
		return DB_BROKEN;
	if (disk.is_full && sim_dice(3) == 0)
		return DB_FULL;
	if (disk.is_lmdb)
		return __real_db_put(txn, which, key, key_len, val, len);
	was = set(which, key, key_len, copy(val, len), len, &was_len);
	note(which, key, key_len, was, was_len);
	return DB_OK;
}

enum db_result
__wrap_db_del(struct db_txn *txn, int which, const void *key, size_t key_len)
{
	size_t len = 0;
	void *was;

	if (disk.is_lmdb)
		return __real_db_del(txn, which, key, key_len);
	was = set(which, key, key_len, NULL, 0, &len);
	if (was == NULL)
		return DB_NOT_FOUND;
	note(which, key, key_len, was, len);
	return DB_OK;
}

static enum db_result
point(const struct mem_cursor *c, struct db_value *k, struct db_value *v)
{
	const struct table *t = &table[c->table];

	if (c->at >= t->n)
		return DB_NOT_FOUND;
	*k = (struct db_value){ t->row[c->at].key, t->row[c->at].key_len };
	*v = (struct db_value){ t->row[c->at].val, t->row[c->at].len };
	return DB_OK;
}

static enum db_result
cursor(int which, size_t at, struct db_cursor **out, struct db_value *k,
    struct db_value *v)
{
	struct mem_cursor here = { which, at };
	enum db_result r = point(&here, k, v);

	*out = r == DB_OK ? copy(&here, sizeof(here)) : NULL;
	return r;
}

enum db_result
__wrap_db_seek(struct db_txn *txn, int which, const void *key, size_t len,
    struct db_cursor **out, struct db_value *k, struct db_value *v)
{
	if (disk.is_lmdb)
		return __real_db_seek(txn, which, key, len, out, k, v);
	return cursor(which, key == NULL ? 0 : place(&table[which], key, len),
	    out, k, v);
}

enum db_result
__wrap_db_last(struct db_txn *txn, int which, struct db_cursor **out,
    struct db_value *k, struct db_value *v)
{
	if (disk.is_lmdb)
		return __real_db_last(txn, which, out, k, v);
	return cursor(which, table[which].n - 1, out, k, v);
}

enum db_result
__wrap_db_next(struct db_cursor *c, struct db_value *k, struct db_value *v)
{
	if (disk.is_lmdb)
		return __real_db_next(c, k, v);
	((struct mem_cursor *)c)->at++;
	return point((struct mem_cursor *)c, k, v);
}

enum db_result
__wrap_db_prev(struct db_cursor *c, struct db_value *k, struct db_value *v)
{
	if (disk.is_lmdb)
		return __real_db_prev(c, k, v);
	((struct mem_cursor *)c)->at--;
	return point((struct mem_cursor *)c, k, v);
}

void
__wrap_db_cursor_free(struct db_cursor *c)
{
	if (disk.is_lmdb)
		__real_db_cursor_free(c);
	else
		free(c);
}

int
__wrap_db_usage(struct db *db, size_t *used, size_t *max)
{
	if (disk.is_lmdb)
		return __real_db_usage(db, used, max);
	*used = 0;	/* it is full when the weather says so */
	*max = SIZE_MAX;
	return 0;
}
