/* /hook/PROVIDER/...: a provider's callback, passed on unopened. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/scan.h"

#include "acceptd/web.h"

#include "acceptd/hooks.h"

#define PREFIX "/hook/"

static enum visit_step
answer(struct visit *v, int status)
{
	v->response.status = status;
	return VISIT_RESPOND;
}

/* 0, or -1: no name that a provider can have. */
static int
take_provider(struct ask_hook *q, const char *path)
{
	const char *name = path + strlen(PREFIX);
	size_t len = strcspn(name, "/");

	if (len == 0 || len >= sizeof(q->provider) ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") < len)
		return -1;
	memcpy(q->provider, name, len);
	return 0;
}

enum visit_step
hooks_post(struct visit *v, const struct web_request *r)
{
	struct ask_hook q = { 0 };
	int n;

	if (take_provider(&q, r->path) < 0)
		return answer(v, 404);
	snprintf(q.method, sizeof(q.method), "POST");
	n = snprintf(q.path, sizeof(q.path), "%s%s%s", r->path,
	    r->query[0] != '\0' ? "?" : "", r->query);
	if (n < 0 || (size_t)n >= sizeof(q.path))
		return answer(v, 414);
	if (r->headers == NULL || strlen(r->headers) >= sizeof(q.headers))
		return answer(v, 431);
	snprintf(q.headers, sizeof(q.headers), "%s", r->headers);
	q.body = r->body;
	q.body_len = r->body_len;
	buf_clear(&v->question);
	ask_put_hook(&v->question, &q);
	v->verb = ASK_HOOK;
	v->room = VISIT_HOOK;
	return VISIT_ASK;
}

enum visit_step
hooks_answer(struct visit *v, const struct frame *f)
{
	struct ask_hooked a;

	if (f == NULL)
		return answer(v, 503);
	if (ask_get_hooked(&a, f->body, f->len) < 0) {
		v->is_garbled = 1;
		return answer(v, 503);
	}
	if (a.status < 200 || a.status > 599)
		return answer(v, 502);
	if (scan_is_printable_utf8(a.type, strlen(a.type)))
		snprintf(v->response.foreign_type,
		    sizeof(v->response.foreign_type), "%s", a.type);
	if (a.body_len > 0)
		buf_put(&v->response.body, a.body, a.body_len);
	return answer(v, a.status);
}
