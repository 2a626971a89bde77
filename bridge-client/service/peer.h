#ifndef BRIDGE_SERVICE_PEER_H
#define BRIDGE_SERVICE_PEER_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct buf;
struct frame;
struct loop;

/*
 * Connections on a listening Unix socket, and the frames on them.  Who may
 * speak is asked by uid; what does not parse, a frame that stays half, an
 * answer that is not fetched: each ends its connection, never more.
 */
struct peer_socket;
struct peer;		/* one connection */

struct peer_socket_conf {
	const char	*name;		/* for logs */
	size_t		 most;		/* connections at once */
	size_t		 out_max;	/* bytes that may wait for a peer */
	/* 1 when this uid may speak here. */
	int		 (*may_speak)(void *ctx, uid_t);
	/*
	 * One question.  0; or -1: it cannot be read, or is none of this
	 * socket's: that is logged, and the connection ends.  The frame is
	 * borrowed.
	 */
	int		 (*ask)(void *ctx, struct peer *, const struct frame *);
	void		*ctx;
};

/* `fd` listens, and is owned from now on.  NULL: out of memory. */
struct peer_socket *peer_listen(struct loop *, int fd,
    const struct peer_socket_conf *);
/* Ends all connections; tickets are told. */
void peer_close(struct peer_socket *);

/* Answers a question, any number of times. */
void peer_answer(struct peer *, const struct frame *asked,
    const struct buf *body);
/* Likewise, and more follows: it need not be sent yet. */
void peer_answer_more(struct peer *, const struct frame *asked,
    const struct buf *body);

/*
 * A question whose answer comes later.  The owner embeds it, asks for it with
 * peer_hold() and gives it back with peer_release(); when the connection ends
 * before, `peer` becomes NULL and `gone` is called (from the loop, never from
 * within a function of this room): the ticket is released then.
 */
struct peer_ticket {
	struct peer		*peer;
	uint32_t		 id;
	uint8_t			 verb;
	void			(*gone)(struct peer_ticket *);
	struct peer_ticket	*prev, *next;
};

#define PEER_TICKETS_MAX	16384

/* -1: too many on this connection. */
int peer_hold(struct peer_ticket *, struct peer *, const struct frame *,
    void (*gone)(struct peer_ticket *)) __attribute__((warn_unused_result));
/* Harmless when it is released already. */
void peer_release(struct peer_ticket *);
/* Answers; nothing when the connection has ended. */
void peer_ticket_answer(const struct peer_ticket *, const struct buf *body);

#endif
