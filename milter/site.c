/*
 * A configuration and what it names, as one thing that is taken or left.
 */

#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"

#include "milter/button.h"
#include "milter/icon.h"
#include "milter/mint.h"
#include "milter/net.h"
#include "milter/spool.h"
#include "milter/table.h"

#include "milter/site.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct site *current;		/* under the lock, as all counts are */

static void
site_free(struct site *s)
{
	table_free(s->table);
	button_set_free(s->buttons);
	icon_free(s->icon);
	mint_free(s->mint);
	free(s->nets);
	conf_free(s->conf);
	free(s);
}

/* The addresses were checked when the file was read. */
static int
read_networks(struct site *s)
{
	size_t i;

	s->nets = calloc(s->set.trusted_networks.n + 1, sizeof(*s->nets));
	if (s->nets == NULL)
		return -1;
	for (i = 0; i < s->set.trusted_networks.n; i++)
		if (net_parse(&s->nets[i],
		    s->set.trusted_networks.item[i]) != 0)
			return -1;
	s->n_nets = i;
	return 0;
}

/* As who we are; and as root, if that fails, as whom we shall become. */
static struct mint *
open_mint(const struct settings *set, char *why, size_t size)
{
	struct mint *m = mint_open(set->sign_key, set->seal_key, why, size);
	struct passwd *pw;
	char again[1024];

	if (m != NULL || geteuid() != 0)
		return m;
	pw = getpwnam(set->user);
	if (pw == NULL || pw->pw_uid == 0 || seteuid(pw->pw_uid) != 0)
		return NULL;
	m = mint_open(set->sign_key, set->seal_key, again, sizeof(again));
	if (seteuid(0) != 0)
		log_fatal(EX_OSERR, "cannot be root again");
	return m;
}

/* The keys, or the old ones where these are the same. */
static int
read_keys(struct site *s, struct site *old, char *why, size_t size)
{
	s->mint = open_mint(&s->set, why, size);
	if (s->mint != NULL)
		return 0;
	if (old == NULL || strcmp(old->set.sign_key, s->set.sign_key) != 0 ||
	    strcmp(old->set.seal_key, s->set.seal_key) != 0)
		return -1;
	/* No more of the old site than these: its table goes. */
	s->mint = mint_hold(old->mint);
	log_info("the keys stay as they are: %s", why);
	return 0;
}

static int
knows(const void *buttons, const char *template)
{
	return button_find(buttons, template) != NULL;
}

/* Icon, templates, and the table that names some.  Which key is at fault. */
static const char *
read_tables(struct site *s, char *what, size_t size)
{
	struct table_source source = { s->set.offerors, knows, NULL };

	if (s->set.icon[0] != '\0') {
		s->icon = icon_open(s->set.icon, what, size);
		if (s->icon == NULL)
			return "icon";
	}
	s->buttons = button_load(s->set.templates, what, size);
	if (s->buttons == NULL)
		return "templates";
	source.ctx = s->buttons;
	s->table = table_open(&source, what, size);
	return "offerors";
}

/* Keys, templates, table; what is wrong is told with its line. */
static int
read_files(struct site *s, struct site *old, const char *path, char *why,
    size_t size)
{
	char what[512], place[512];
	const char *key;

	if (read_keys(s, old, what, sizeof(what)) == 0)
		key = read_tables(s, what, sizeof(what));
	else if (geteuid() == 0 && getpwnam(s->set.user) == NULL) {
		key = "user";
		snprintf(what, sizeof(what), "no such user: %s", s->set.user);
	} else if (strncmp(what, s->set.seal_key, strlen(s->set.seal_key)) == 0)
		key = "seal_key";
	else
		key = "sign_key";
	if (s->table != NULL)
		return 0;
	conf_place(place, sizeof(place), path, 1, key);
	snprintf(why, size, "%s: %s: %s", place, key, what);
	return -1;
}

int
site_spools(const struct site *s, char *why, size_t size)
{
	if (s->set.spool_threshold >= s->set.max_body)
		return 0;	/* all of it stays in memory */
	return spool_check(s->set.spool_dir, why, size);
}

/* Here as who we are: a milter started as root looks again when it is not. */
static int
check_spool(const struct site *s, const char *path, char *why, size_t size)
{
	char what[512], place[512];

	if (site_spools(s, what, sizeof(what)) == 0)
		return 0;
	conf_place(place, sizeof(place), path, 1, "spool_dir");
	snprintf(why, size, "%s: spool_dir: %s", place, what);
	return -1;
}

struct site *
site_open(const char *path, struct site *old, char *why, size_t size)
{
	struct site *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	s->refs = 1;
	s->read_at = clock_wall();
	s->conf = settings_read(&s->set, path, why, size);
	if (s->conf == NULL) {
		free(s);
		return NULL;
	}
	if (read_networks(s) != 0) {
		snprintf(why, size, "out of memory");
		goto fail;
	}
	if (read_files(s, old, path, why, size) == 0 &&
	    check_spool(s, path, why, size) == 0)
		return s;
fail:
	site_free(s);
	return NULL;
}

struct site *
site_hold(struct site *s)
{
	pthread_mutex_lock(&lock);
	s->refs++;
	pthread_mutex_unlock(&lock);
	return s;
}

void
site_release(struct site *s)
{
	int left;

	if (s == NULL)
		return;
	pthread_mutex_lock(&lock);
	left = --s->refs;
	pthread_mutex_unlock(&lock);
	if (left == 0)
		site_free(s);
}

int
site_trusts(const struct site *s, const struct sockaddr *from)
{
	size_t i;

	for (i = 0; i < s->n_nets; i++)
		if (net_holds(&s->nets[i], from))
			return 1;
	return 0;
}

void
site_install(struct site *s)
{
	struct site *old;

	pthread_mutex_lock(&lock);
	old = current;
	current = s;
	pthread_mutex_unlock(&lock);
	site_release(old);
}

struct site *
site_current(void)
{
	struct site *s;

	pthread_mutex_lock(&lock);
	s = current;
	if (s != NULL)
		s->refs++;
	pthread_mutex_unlock(&lock);
	return s;
}
