#ifndef MILTER_TABLE_H
#define MILTER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct entry;

/*
 * The offerors table: a compiled map (LMDB) as `calloffer offerors` or
 * Postfix's postmap make it; keys in lower case, key and value with or without
 * a NUL behind them.
 *
 * Opening reads every entry: a table with a bad one is not taken.  After that
 * any number of threads may look things up, and one may refresh, at once.
 */
struct table;

/*
 * `name` is a file, or "lmdb:" and a file without its ".lmdb", as Postfix
 * writes it.  An entry that names a template which is not known is a bad one;
 * where `knows` is NULL all are known.
 */
struct table_source {
	const char	*name;
	int		(*knows)(const void *ctx, const char *template);
	const void	*ctx;		/* lives as long as the table */
};
/* NULL, and a sentence in `why` that names the file and the key. */
struct table *table_open(const struct table_source *, char *why, size_t size);
void table_free(struct table *);	/* NULL is fine */

const char *table_path(const struct table *);
size_t table_count(struct table *);
/* Unix time at which the file in force was written. */
int64_t table_written(struct table *);
/* 1 when some entry gives offers to mail that has no header. */
int table_offers_unasked(struct table *);

/*
 * Looks whether the file was replaced or written.  1: it was, and its new
 * content is taken.  -1: it was, and is not taken, the old one stays; `why`
 * says so, once for each change.  0: nothing new.
 */
int table_refresh(struct table *, char *why, size_t size);

enum table_result {
	TABLE_FOUND = 0,
	TABLE_NONE,
	TABLE_BROKEN	/* `why` says so */
};

/*
 * The entry of an address in lower case: of itself, of the address without
 * its extension (behind one of the characters of `delimiters`), of "@domain";
 * then all that once more as it was written, for maps that postmap made.
 */
struct table_query {
	const char	*address;	/* its domain as the DNS writes it */
	const char	*as_written;	/* NULL, or its domain in letters */
	const char	*delimiters;	/* "" : no extensions */
};
enum table_result table_find(struct table *, const struct table_query *,
    struct entry *out, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
