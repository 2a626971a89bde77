/*
 * A configuration and what it names, as one thing that is taken or left.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/conf.h"

#include "milter/mint.h"
#include "milter/net.h"
#include "milter/table.h"

#include "milter/site.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct site *current;		/* under the lock, as all counts are */

static void
site_free(struct site *s)
{
	table_free(s->table);
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

struct site *
site_open(const char *path, char *why, size_t size)
{
	struct site *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	s->refs = 1;
	s->conf = settings_read(&s->set, path, why, size);
	if (s->conf == NULL) {
		free(s);
		return NULL;
	}
	if (read_networks(s) != 0) {
		snprintf(why, size, "out of memory");
		goto fail;
	}
	s->mint = mint_open(s->set.sign_key, s->set.seal_key, why, size);
	if (s->mint == NULL)
		goto fail;
	s->table = table_open(s->set.offerors, why, size);
	if (s->table == NULL)
		goto fail;
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
