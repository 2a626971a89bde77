#include <stdlib.h>

#include "bridge-client/call/call.h"

#include "bridge-client/call/watch.h"

struct watch {
	struct watch		*next;
	struct watch_list	*list;		/* NULL: closed */
	watch_fn		*fn;
	void			*ctx;
	int			 is_due;
};

struct watch *
watch_new(struct watch_list *list, watch_fn *fn, void *ctx)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->list = list;
	w->fn = fn;
	w->ctx = ctx;
	w->next = list->first;
	list->first = w;
	return w;
}

void
watch_free(struct watch *w)
{
	struct watch **p;

	if (w == NULL)
		return;
	if (w->list != NULL) {
		for (p = &w->list->first; *p != w; )
			p = &(*p)->next;
		*p = w->next;
	}
	free(w);
}

/* A callback may free any of them: so look anew after each. */
void
watch_tell(struct watch_list *list, const struct call *c)
{
	struct watch *w;

	if (list->stage == call_stage(c) && list->end == c->end)
		return;
	list->stage = (uint8_t)call_stage(c);
	list->end = c->end;
	for (w = list->first; w != NULL; w = w->next)
		w->is_due = 1;
	for (w = list->first; w != NULL; ) {
		if (!w->is_due) {
			w = w->next;
			continue;
		}
		w->is_due = 0;
		w->fn(w->ctx, c);
		w = list->first;
	}
}

void
watch_close(struct watch_list *list)
{
	struct watch *w;

	while ((w = list->first) != NULL) {
		list->first = w->next;
		w->list = NULL;
	}
}
