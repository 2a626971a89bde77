/*
 * Asterisk's REST interface by its stream of events.
 *
 * A request is an object of type RESTRequest, its answer one of RESTResponse
 * with the same transaction_id; a body is a string in either.  Asterisk does
 * them one after the other, in the order in which they came.
 */

#include <string.h>

#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"

#include "bridge-client/provider/ari_talk.h"

#define BODY_MAX	2048	/* of a request */

/* What is below the API's URL; no character of it needs a word in JSON. */
static int
put_uri(const struct provider_conf *c, const struct request *r,
    struct buf *out)
{
	size_t n = strlen(c->url) + 1;

	if (r->url.len <= n || r->header[0] != '\0')
		return -1;
	buf_put(out, r->url.data + n, r->url.len - n);
	return 0;
}

static int
put_body(const struct request *r, struct buf *out)
{
	char body[BODY_MAX];

	if (r->body.len == 0)
		return 0;
	if (r->body.len >= sizeof(body) || r->type == NULL)
		return -1;
	memcpy(body, r->body.data, r->body.len);
	body[r->body.len] = '\0';
	buf_printf(out, ",\"content_type\":\"%s\",\"message_body\":", r->type);
	json_put_str(out, body);
	return 0;
}

int
ari_talk_say(const struct provider_conf *c, const struct request *r,
    uint32_t id, struct buf *out)
{
	buf_printf(out, "{\"type\":\"RESTRequest\",\"transaction_id\":\"%u\","
	    "\"method\":\"%s\",\"uri\":\"", (unsigned)id, r->method);
	if (put_uri(c, r, out) == -1)
		return -1;
	buf_u8(out, '"');
	if (put_body(r, out) == -1)
		return -1;
	buf_u8(out, '}');
	return buf_ok(out) ? 0 : -1;
}

static int
read_answer(const struct json *j, provider_answer_fn *fn, void *ctx)
{
	const char *text = json_str(j, "transaction_id");
	const char *body = json_str(j, "message_body");
	int64_t status;
	uint64_t id;

	if (!json_is(j, "type", ARI_TALK_ANSWER))
		return 0;
	if (text == NULL || scan_uint(text, strlen(text), UINT32_MAX, &id) ||
	    json_int(j, "status_code", &status) == -1 ||
	    status < 100 || status > 599)
		return 1;	/* to nothing that we have asked */
	body = body != NULL ? body : "";
	fn(ctx, (uint32_t)id, (int)status, body, strlen(body));
	return 1;
}

int
ari_talk_heard(const void *text, size_t len, provider_answer_fn *fn, void *ctx)
{
	struct json *j;
	int is_answer;

	/* Most of what comes is an event, and read as one. */
	if (memmem(text, len, ARI_TALK_ANSWER,
	    sizeof(ARI_TALK_ANSWER) - 1) == NULL)
		return 0;
	j = json_parse(text, len);
	is_answer = j != NULL && read_answer(j, fn, ctx);
	json_free(j);
	return is_answer;
}
