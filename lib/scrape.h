#ifndef LIB_SCRAPE_H
#define LIB_SCRAPE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct sock_unix;

/*
 * What a collector asks of a daemon by HTTP, and what it is answered with:
 * Prometheus' text format, version 0.0.4.  Reading and writing are the
 * caller's.
 */

/*
 * What is wrong with this value of a setting; NULL: nothing, which "" is, too,
 * nowhere.  A Unix socket or loopback is wanted.
 */
const char *scrape_check(const char *address);
/* As sock_listen(), and refuses what scrape_check() does. */
int scrape_listen(const char *address, const struct sock_unix *, char *why,
    size_t size) __attribute__((warn_unused_result));

#define SCRAPE_ASKED_MAX	4096	/* bytes of a request, no longer one */
#define SCRAPE_PAGE_MAX		(4 << 20)	/* of many accounts */
#define SCRAPE_PATIENCE_MS	2000	/* for all of a connection */

/* 1 when it has come up to the empty line behind its header. */
int scrape_is_whole(const char *asked);

/* Appends the answer, for /metrics with what `page` puts there. */
typedef void scrape_page_fn(void *ctx, struct buf *);
void scrape_answer(struct buf *, const char *asked, scrape_page_fn *page,
    void *ctx);

/* The two lines before a family's samples; `help` without its full stop. */
void scrape_head(struct buf *, const char *name, const char *type,
    const char *help);
/* A family of one sample. */
void scrape_counter(struct buf *, const char *name, const char *help,
    uint64_t);
void scrape_gauge(struct buf *, const char *name, const char *help, int64_t);

struct scrape_label {
	const char	*name, *value;	/* a value may hold anything */
};
#define SCRAPE_LABELS(...) \
	(const struct scrape_label []){ __VA_ARGS__, { NULL, NULL } }

/* One sample; the labels end with one of NULL. */
void scrape_sample(struct buf *, const char *name,
    const struct scrape_label *, uint64_t);
/* The version that runs (PREFIX_build_info), and since when. */
void scrape_program(struct buf *, const char *prefix, int64_t started);

/* The samples of a histogram, whose head has been put. */
struct scrape_histogram {
	const char	*name;
	const struct scrape_label *labels;	/* of all of them; or NULL */
	const int64_t	*end;		/* upper ends, rising */
	size_t		 n;
	const uint64_t	*count;		/* n + 1, each of its own part alone */
	uint64_t	 sum;
	double		 unit;		/* of ends and sum, in the name's */
};
void scrape_histogram(struct buf *, const struct scrape_histogram *);

#endif
