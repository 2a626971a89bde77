/* The connections of a listener: counted by client, each with a deadline. */

#include <sys/socket.h>

#include <stddef.h>
#include <stdlib.h>

#include "lib/ask.h"
#include "lib/loop.h"

#include "acceptd/client.h"
#include "acceptd/limit.h"
#include "acceptd/reaper.h"

#include "acceptd/conn.h"

struct conn_set {
	struct conn_options	 options;
	struct reaper		*reaper;
	struct limit_tally	*tally;
	uint32_t		 n;
};

struct conn {
	struct reaper_entry	 deadline;
	struct conn_set		*set;
	int			 fd;
	char			 client[ASK_CLIENT_MAX + 1];	/* counted as;
								   "": not */
};

static void
on_late(void *ctx, struct reaper_entry *e)
{
	struct conn_set *set = ctx;
	struct conn *c = (struct conn *)(void *)
	    ((char *)e - offsetof(struct conn, deadline));

	++*set->options.n_cut;
	shutdown(c->fd, SHUT_RDWR);
}

struct conn_set *
conn_set_new(struct loop *loop, const struct conn_options *o)
{
	const int64_t times[REAPER_CLASSES] = {
		[CONN_HEAD] = o->head_ms, [CONN_BODY] = o->body_ms,
		[CONN_REPLY] = o->reply_ms, [CONN_IDLE] = o->idle_ms
	};
	struct conn_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->options = *o;
	set->reaper = reaper_new(loop, times, on_late, set);
	set->tally = limit_tally_new(o->max_per_client);
	if (set->reaper == NULL || set->tally == NULL) {
		conn_set_free(set);
		return NULL;
	}
	return set;
}

void
conn_set_free(struct conn_set *set)
{
	if (set == NULL)
		return;
	reaper_free(set->reaper);
	limit_tally_free(set->tally);
	free(set);
}

uint32_t
conn_set_count(const struct conn_set *set)
{
	return set->n;
}

struct conn *
conn_begin(struct conn_set *set, int fd, const struct sockaddr *sa)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->set = set;
	c->fd = fd;
	set->n++;
	conn_enter(c, CONN_HEAD);
	if (client_is_proxy(sa, set->options.proxies))
		return c;
	client_prefix(c->client, sa, NULL, set->options.proxies);
	if (limit_tally_enter(set->tally, c->client) < 0) {
		c->client[0] = '\0';
		shutdown(c->fd, SHUT_RDWR);
	}
	return c;
}

void
conn_end(struct conn *c)
{
	if (c == NULL)
		return;
	c->set->n--;
	reaper_remove(&c->deadline);
	if (c->client[0] != '\0')
		limit_tally_leave(c->set->tally, c->client);
	free(c);
}

int
conn_fd(const struct conn *c)
{
	return c->fd;
}

void
conn_enter(struct conn *c, enum conn_doing doing)
{
	reaper_put(c->set->reaper, &c->deadline, doing);
}

void
conn_rest(struct conn *c)
{
	reaper_remove(&c->deadline);
}
