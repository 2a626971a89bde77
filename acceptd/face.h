#ifndef ACCEPTD_FACE_H
#define ACCEPTD_FACE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct frame;
struct loop;

/*
 * The connection to the bridge's face socket: many questions at once on one
 * connection, each with its deadline.  When the bridge is not there a question
 * fails at once; the connection comes back by itself.
 */
struct face;
struct face_question;

/*
 * The answer; NULL when there will be none: the bridge is away, or was too
 * slow.  Whether it has acted on the question is then unknown.  Called once,
 * for a subscription at each answer until the NULL.
 */
typedef void face_fn(void *ctx, const struct frame *answer);

/* `address` is borrowed.  NULL: out of memory. */
struct face *face_new(struct loop *, const char *address, int64_t timeout_ms);
/* Open questions are dropped without a word. */
void face_free(struct face *);

/*
 * Asks.  NULL: the bridge is not there (`fn` is not called).  What was asked
 * in a turn of the loop is sent at its end, by face_flush().
 */
struct face_question *face_ask(struct face *, uint8_t verb,
    const struct buf *body, face_fn *, void *ctx);
/* The same, for answers that keep coming; the deadline is the first's. */
struct face_question *face_subscribe(struct face *, uint8_t verb,
    const struct buf *body, face_fn *, void *ctx);
/* Nobody wants the answer any more: `fn` is not called again. */
void face_forget(struct face_question *);

void face_flush(struct face *);
int face_is_up(const struct face *);
uint32_t face_open_questions(const struct face *);
/* The bridge said something that makes no sense: begin anew. */
void face_reset(struct face *);

#endif
