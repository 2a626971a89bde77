/*
 * Calls as the bridge lists them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"

#include "admin/talk.h"

#include "admin/listing.h"

#define BODY_MAX	256
#define CALLS_MAX	1000000		/* a listing that nobody would read */

static int
add(struct listing *list, const struct ask_call *call)
{
	size_t size = list->size == 0 ? 64 : 2 * list->size;
	struct ask_call *grown;

	if (list->n == list->size) {
		if (list->n >= CALLS_MAX)
			return -1;
		grown = reallocarray(list->call, size, sizeof(*grown));
		if (grown == NULL)
			return -1;
		list->call = grown;
		list->size = size;
	}
	list->call[list->n++] = *call;
	return 0;
}

/* Hears calls until the one with the id of zeros. */
static int
hear_all(struct listing *list, struct talk *talk, char *why, size_t size)
{
	static const unsigned char end[TOKEN_OFFER_BYTES];
	struct ask_call call;
	struct frame frame;

	for (;;) {
		if (talk_hear(talk, &frame, why, size) == -1)
			return -1;
		if (ask_get_call(&call, frame.body, frame.len) == -1) {
			snprintf(why, size, "the bridge's answer cannot be "
			    "read: is it of another version?");
			return -1;
		}
		if (memcmp(call.call, end, sizeof(end)) == 0)
			return 0;
		if (add(list, &call) == -1) {
			snprintf(why, size, "too many calls for one listing");
			return -1;
		}
	}
}

int
listing_fetch(struct listing *list, struct talk *talk,
    const struct ask_list *ask, char *why, size_t size)
{
	struct buf body;
	int rv = -1;

	memset(list, 0, sizeof(*list));
	buf_init(&body, BODY_MAX);
	ask_put_list(&body, ask);
	if (!buf_ok(&body))
		snprintf(why, size, "out of memory");
	else if (talk_ask(talk, ASK_LIST, &body, why, size) == 0)
		rv = hear_all(list, talk, why, size);
	buf_free(&body);
	if (rv == -1)
		listing_free(list);
	return rv;
}

const struct ask_call *
listing_find(const struct listing *list,
    const unsigned char id[TOKEN_OFFER_BYTES])
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (memcmp(list->call[i].call, id, TOKEN_OFFER_BYTES) == 0)
			return &list->call[i];
	return NULL;
}

void
listing_free(struct listing *list)
{
	free(list->call);
	memset(list, 0, sizeof(*list));
}
