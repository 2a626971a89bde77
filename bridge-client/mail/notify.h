#ifndef BRIDGE_MAIL_NOTIFY_H
#define BRIDGE_MAIL_NOTIFY_H

struct contract;
struct journal;
struct loop;
struct notify;

/*
 * Notices to offerors, one after the other: the journal says which are due,
 * records that one is asked for, and only then is it sent; what has become of
 * it is recorded, too.  So there is never a second of one call: one of which
 * nobody knows whether the mail server has it is not sent again.  What the
 * server certainly has not is tried again for a day.
 */

/* By the mail server that the contract names; both are borrowed.  NULL: out of
 * memory. */
struct notify *notify_open(struct loop *, struct journal *,
    const struct contract *);
void notify_close(struct notify *);
/* Something may be due; NULL is fine. */
void notify_wake(struct notify *);

#endif
