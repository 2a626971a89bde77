#ifndef BRIDGE_SERVICE_FACE_H
#define BRIDGE_SERVICE_FACE_H

struct loop;
struct service;
struct service_face;

/*
 * The face's socket: ASK_LOOK, _CHECK, _ACCEPT, _STATUS, _HANGUP, _HOOK and
 * _MEANS of lib/ask.h.  It knows no other verb.
 *
 * The order of the checks on an acceptance: token, seal, scope of the key,
 * end, kill switch, hours, nonce, what the journal knows, number, caps; then
 * the driver, which alone decides.
 */

/* `fd` listens, and is owned from now on.  The service is borrowed, and read
 * anew at each question.  NULL: out of memory. */
struct service_face *service_face_new(struct loop *, int fd,
    const struct service *);
/* Before the driver goes.  NULL is fine. */
void service_face_free(struct service_face *);

#endif
