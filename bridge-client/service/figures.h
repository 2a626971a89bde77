#ifndef BRIDGE_SERVICE_FIGURES_H
#define BRIDGE_SERVICE_FIGURES_H

#include <stdint.h>

struct buf;
struct service;

/*
 * What a collector reads: what has been counted (tally.h), and what is the case
 * just now.
 */
struct figures {
	const struct service	*service;	/* borrowed */
	int64_t			 started;	/* Unix seconds */
};

/* The scrape_page_fn; `figures` is a struct figures. */
void figures_put(void *figures, struct buf *);

#endif
