#ifndef ACCEPTD_CONN_H
#define ACCEPTD_CONN_H

#include <stdint.h>

struct client_nets;
struct loop;
struct sockaddr;

/*
 * The connections of a listener: counted by client, each with a deadline for
 * what it is doing.  One that misses its deadline, or is one too many, is shut
 * down at the socket; whoever reads from it finds its end.
 *
 *	IDLE --request line--> HEAD --head--> BODY --body--> no deadline
 *	  ^                                                       |
 *	  +------------------- sent --- REPLY <-- response -------+
 */
enum conn_doing { CONN_HEAD, CONN_BODY, CONN_REPLY, CONN_IDLE };

struct conn_options {
	uint32_t	 max_per_client;	/* proxies excepted */
	int64_t		 head_ms, body_ms, reply_ms, idle_ms;
	const struct client_nets *proxies;	/* borrowed */
	uint64_t	*n_cut;			/* counts missed deadlines */
};

struct conn_set;
struct conn;

struct conn_set *conn_set_new(struct loop *, const struct conn_options *);
void conn_set_free(struct conn_set *);		/* when all have ended */
uint32_t conn_set_count(const struct conn_set *);

/* `fd` stays the caller's.  NULL: out of memory. */
struct conn *conn_begin(struct conn_set *, int fd, const struct sockaddr *);
void conn_end(struct conn *);
int conn_fd(const struct conn *);
/* Begins something that has to be done within its time. */
void conn_enter(struct conn *, enum conn_doing);
/* It waits for us: no deadline. */
void conn_rest(struct conn *);

#endif
