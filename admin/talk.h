#ifndef ADMIN_TALK_H
#define ADMIN_TALK_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct frame;

/*
 * A blocking conversation with the bridge over the administrator's socket.
 * Every wait has a deadline.  Errors: a sentence in `why` that says what to do.
 */
struct talk;

#define TALK_SOCKET	"/run/calloffer/admin.sock"
#define TALK_WAIT_MS	5000

struct talk *talk_open(const char *address, char *why, size_t size);
void talk_close(struct talk *);		/* NULL is fine */

/* Sends one question; `body` may be NULL for none.  0, or -1. */
int talk_ask(struct talk *, uint8_t verb, const struct buf *body, char *why,
    size_t size) __attribute__((warn_unused_result));
/*
 * Waits for the next answer to the last question.  The frame's body is
 * borrowed until the next call.  0, or -1.
 */
int talk_hear(struct talk *, struct frame *, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
