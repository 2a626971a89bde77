#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"

#include "bridge-client/payer/means_desk.h"
#include "bridge-client/service/peer.h"
#include "bridge-client/service/service.h"

#include "bridge-client/service/service_means.h"

#define BODY_MAX 4096

static void
on_shown(void *ctx, const struct ask_way *way)
{
	struct peer_ticket *t = ctx;
	struct buf body;

	buf_init(&body, BODY_MAX);
	ask_put_way(&body, way);
	peer_ticket_answer(t, &body);
	buf_free(&body);
	peer_release(t);
	free(t);
}

int
service_means_face(const struct service *s, struct peer *peer,
    const struct frame *frame)
{
	struct peer_ticket *t;
	struct ask_means ask;

	if (frame->verb != ASK_MEANS)
		return 1;
	if (ask_get_means(&ask, frame->body, frame->len) == -1)
		return -1;
	t = calloc(1, sizeof(*t));
	if (t == NULL || peer_hold(t, peer, frame, NULL) == -1) {
		free(t);
		return -1;
	}
	means_desk_show(s->means, &ask, on_shown, t);
	return 0;
}

static int
on_invite(const struct service *s, const struct frame *frame,
    struct buf *body)
{
	struct ask_invited out;
	struct ask_invite ask;

	if (ask_get_invite(&ask, frame->body, frame->len) == -1)
		return -1;
	means_desk_invite(s->means, &ask, &out);
	ask_put_invited(body, &out);
	return 0;
}

static int
on_bound(const struct service *s, const struct frame *frame, struct buf *body)
{
	struct ask_binding out;
	struct ask_bound ask;

	if (ask_get_bound(&ask, frame->body, frame->len) == -1)
		return -1;
	means_desk_bound(s->means, &ask, &out);
	ask_put_binding(body, &out);
	return 0;
}

int
service_means_admin(const struct service *s, struct peer *peer,
    const struct frame *frame)
{
	struct buf body;
	int rc = 1;

	buf_init(&body, BODY_MAX);
	if (frame->verb == ASK_INVITE)
		rc = on_invite(s, frame, &body);
	else if (frame->verb == ASK_BOUND)
		rc = on_bound(s, frame, &body);
	if (rc == 0)
		peer_answer(peer, frame, &body);
	buf_free(&body);
	return rc;
}
