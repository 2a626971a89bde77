#ifndef T_MACHINE_H
#define T_MACHINE_H

/* The call machine in a test's own time. */

#include "bridge-client/call/machine.h"

/* No test needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define WALL	1790000000

static int64_t now_ms;

static void
do_step(struct call *c, struct call_event *ev, struct call_actions *out)
{
	ev->now_ms = now_ms;
	ev->wall = WALL + now_ms / 1000;
	machine_step(c, ev, out);
}

/* Only what the journal keeps. */
static void
forget(struct call *c)
{
	int i;

	c->is_dirty = c->tries = c->waits = 0;
	c->due_ms = c->bridge_ms = c->talk_ms = 0;
	c->pay_wants = c->pay_waits = c->pay_tries = 0;
	c->pay_since_ms = c->pay_asked_ms = c->pay_due_ms = 0;
	c->acc.n_routes = 0;
	for (i = 0; i < 2; i++) {
		c->leg[i].waits = c->leg[i].tries = 0;
		c->leg[i].n_prompts = c->leg[i].n_wrong = 0;
		c->leg[i].speaking = NULL;
		c->leg[i].asked_ms = c->leg[i].due_ms = 0;
		c->leg[i].prompt_ms = 0;
	}
}

#endif
