#ifndef BRIDGE_SERVICE_ACCEPT_H
#define BRIDGE_SERVICE_ACCEPT_H

struct acceptance;
struct call;
struct secret;
struct service;
struct service_accept;
struct service_asked;

/*
 * How an acceptance becomes a call, for both sockets: it is counted against
 * the caps, given to the driver, and stays counted when it has made a call.
 */

/* The service and the MAC key are borrowed.  NULL: out of memory. */
struct service_accept *service_accept_new(const struct service *,
    const struct secret *mac);
/* What waits is answered ASK_STOPPED.  The driver calls no more.  NULL is
 * fine. */
void service_accept_free(struct service_accept *);

/* The service_accept_fn; `accept` is a struct service_accept. */
void service_accept_do(void *accept, const struct service_asked *);

/* It has ended: who is in a call, and what it has cost, is counted anew. */
void service_accept_ended(struct service_accept *, const struct call *);

/*
 * What the journal remembers of the last day, and the calls that are open,
 * are counted again.  Once, at the start.  0, or -1: the journal cannot be
 * read.
 */
int service_accept_recall(struct service_accept *)
    __attribute__((warn_unused_result));

#endif
