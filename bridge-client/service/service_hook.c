#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/driver.h"
#include "bridge-client/payer/means_desk.h"
#include "bridge-client/payer/news.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/provider/hook.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/service/peer.h"
#include "bridge-client/service/service.h"

#include "bridge-client/service/service_hook.h"

#define BODY_MAX 8192

/* The answer to a payer that has waited. */
static void
on_page(void *ctx, const struct ask_way *way)
{
	struct peer_ticket *t = ctx;
	struct ask_hooked out;
	struct buf body;

	memset(&out, 0, sizeof(out));
	out.status = way->state == ASK_WAY_LATER ? 503 : 200;
	buf_init(&body, BODY_MAX);
	ask_put_hooked(&body, &out);
	peer_ticket_answer(t, &body);
	buf_free(&body);
	peer_release(t);
	free(t);
}

static int
wait_for_page(const struct service *s, struct peer *peer,
    const struct frame *frame, const unsigned char *id)
{
	struct peer_ticket *t = calloc(1, sizeof(*t));

	if (t == NULL || peer_hold(t, peer, frame, NULL) == -1) {
		free(t);
		return -1;
	}
	means_desk_news(s->means, id, on_page, t);
	return 0;
}

static void
tell_person(const char *payer, const struct payer_hooked *h)
{
	static const unsigned char none[sizeof(h->id)];
	char id[TOKEN_UUID_SIZE] = "?";

	if (memcmp(h->id, none, sizeof(none)) != 0)
		token_uuid_text(h->id, id);
	log_warn("call=%s payer=%s event=\"%s\"", id, payer, h->detail);
}

static void
put_status(struct buf *b, int status)
{
	struct ask_hooked out;

	memset(&out, 0, sizeof(out));
	out.status = (uint16_t)status;
	ask_put_hooked(b, &out);
}

/* 0: the answer is in `body`, or (1) it comes later; -1: it cannot. */
static int
by_payer(const struct service *s, struct peer *peer,
    const struct frame *frame, const struct ask_hook *ask, struct buf *body)
{
	struct payer_hooked hooked;
	size_t payer;
	int status = news_read(s->news, ask, &payer, &hooked);

	put_status(body, status);
	switch (hooked.news) {
	case PAYER_NO_NEWS:
		break;
	case PAYER_NEWS_CALL:
		driver_news(s->driver, hooked.id);
		break;
	case PAYER_NEWS_PERSON:
		tell_person(ask->provider, &hooked);
		break;
	case PAYER_NEWS_PAGE:
		return wait_for_page(s, peer, frame, hooked.id) == 0 ? 1 : -1;
	}
	return 0;
}

static void
put_hooked(struct buf *b, int status, struct provider_hooked *hooked)
{
	struct ask_hooked out;

	memset(&out, 0, sizeof(out));
	out.status = (uint16_t)status;
	if (hooked->type != NULL && buf_ok(&hooked->answer)) {
		snprintf(out.type, sizeof(out.type), "%s", hooked->type);
		out.body = hooked->answer.data;
		out.body_len = hooked->answer.len;
	}
	ask_put_hooked(b, &out);
}

/* As above; 2: there is no provider of that name. */
static int
by_provider(const struct service *s, const struct ask_hook *ask,
    struct buf *body)
{
	struct provider_hooked hooked;
	size_t provider;
	int status = hook_read(s->hook, ask, &provider, &hooked);

	if (hooked.event.kind != EVENT_NONE)
		driver_event(s->driver, provider, &hooked.event);
	if (status != 404)
		put_hooked(body, status, &hooked);
	buf_free(&hooked.answer);
	return status == 404 ? 2 : 0;
}

int
service_hook_ask(const struct service *s, struct peer *peer,
    const struct frame *frame)
{
	struct ask_hook ask;
	struct buf body;
	int rc;

	if (ask_get_hook(&ask, frame->body, frame->len) == -1)
		return -1;
	buf_init(&body, BODY_MAX);
	rc = by_provider(s, &ask, &body);
	if (rc == 2)
		rc = by_payer(s, peer, frame, &ask, &body);
	if (rc == 0)
		peer_answer(peer, frame, &body);
	buf_free(&body);
	return rc == -1 ? -1 : 0;
}
