#ifndef BRIDGE_SERVICE_ADMIN_H
#define BRIDGE_SERVICE_ADMIN_H

struct loop;
struct service;
struct service_admin;

/*
 * The administrator's socket: ASK_LIST, _REVOKE, _TEST, _HEALTH and _ERASE of
 * lib/ask.h, those of the ledger (service_ledger.h) and of means of payment
 * (service_means.h).  It knows no other verb.
 *
 * A list ends after SERVICE_ADMIN_LIST_MAX calls, the newest first.
 */
#define SERVICE_ADMIN_LIST_MAX	100000

/* `fd` listens, and is owned from now on.  The service is borrowed, and read
 * anew at each question.  NULL: out of memory. */
struct service_admin *service_admin_new(struct loop *, int fd,
    const struct service *);
/* Before the driver goes.  NULL is fine. */
void service_admin_free(struct service_admin *);

#endif
