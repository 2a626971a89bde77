#ifndef BRIDGE_SERVICE_METER_H
#define BRIDGE_SERVICE_METER_H

#include "lib/scrape.h"

struct loop;

/*
 * Where a collector reads what is counted: a web server for one page, on the
 * loop.  A few connections at a time, two seconds each.
 */
struct meter;

/* `fd` listens (scrape_listen()), and is owned from now on.  NULL: out of
 * memory. */
struct meter *meter_new(struct loop *, int fd, scrape_page_fn *, void *ctx);
void meter_free(struct meter *);	/* NULL is fine */

#endif
