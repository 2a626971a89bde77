/* One request on its way to its response. */

#include <string.h>

#include "lib/frame.h"

#include "acceptd/visit.h"

void
visit_init(struct visit *v)
{
	memset(v, 0, sizeof(*v));
	web_response_init(&v->response);
	buf_init(&v->question, FRAME_MAX);
}

void
visit_free(struct visit *v)
{
	web_response_free(&v->response);
	buf_free(&v->question);
}
