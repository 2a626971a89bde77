#ifndef BRIDGE_SERVICE_MEANS_H
#define BRIDGE_SERVICE_MEANS_H

struct frame;
struct peer;
struct service;

/*
 * What is asked of means of payment: ASK_MEANS on the face's socket, and
 * ASK_INVITE and ASK_BOUND on the administrator's.  0; -1: the body cannot be
 * read; 1: another verb.
 */
int service_means_face(const struct service *, struct peer *,
    const struct frame *);
int service_means_admin(const struct service *, struct peer *,
    const struct frame *);

#endif
