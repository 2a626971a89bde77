#ifndef MILTER_SITE_H
#define MILTER_SITE_H

#include <stddef.h>
#include <stdint.h>

#include "milter/settings.h"

struct button_set;
struct conf;
struct icon;
struct mint;
struct net;
struct sockaddr;
struct table;

/*
 * All that a configuration file leads to: settings, keys, templates, table.
 * Read whole or not at all, never changed afterwards (the table refreshes
 * itself); a reload makes a new one, and the old one lives until its last
 * message ends.
 */
struct site {
	struct settings	 set;
	struct button_set *buttons;
	struct icon	*icon;		/* NULL: none is asked for */
	struct table	*table;
	struct mint	*mint;
	struct net	*nets;		/* trusted */
	size_t		 n_nets;
	struct conf	*conf;
	int64_t		 read_at;	/* Unix time */
	int		 refs;		/* site_hold(), site_release() */
};

/*
 * With one reference, the caller's.  NULL: `why` is one line.
 *
 * Key files may belong to root, or to the user whom a milter started as root
 * becomes.  `old` is the site that is to be replaced, or NULL: keys that are
 * out of reach by now, and named as before, stay in use.
 */
struct site *site_open(const char *path, struct site *old, char *why,
    size_t size);
struct site *site_hold(struct site *);
void site_release(struct site *);	/* NULL is fine */

/* Can large messages be spooled?  0, or -1 and a sentence. */
int site_spools(const struct site *, char *why, size_t size)
    __attribute__((warn_unused_result));

/* 1 when who connects from there may offer without a login. */
int site_trusts(const struct site *, const struct sockaddr *);

/*
 * The site in force, for all threads.  site_install() takes over the caller's
 * reference; site_current() gives one.
 */
void site_install(struct site *);
struct site *site_current(void);

#endif
