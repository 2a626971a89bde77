#include <stdint.h>
#include <stdio.h>

#include "bridge-client/call/call.h"
#include "bridge-client/call/exchange.h"

#include "bridge-client/call/route.h"

/* Legs of one provider can always be joined. */
static void
set_joins(struct acceptance *a, const struct exchanges *all)
{
	unsigned joins;
	uint8_t i, j;

	for (i = 0; i < a->n_routes; i++) {
		joins = 1u << i;
		for (j = 0; j < a->n_routes; j++)
			if ((all->provider[a->route[i]].joins &
			    1u << a->route[j]) != 0)
				joins |= 1u << j;
		a->joins[i] = (uint8_t)joins;
	}
}

int
route_begin(struct call *c, const struct exchanges *all, route_ready_fn *ready,
    void *ctx)
{
	struct call_leg *l = &c->leg[LEG_A];
	int first = -1;
	uint8_t i;

	set_joins(&c->acc, all);
	for (i = 0; i < c->acc.n_routes; i++)
		if (!ready(ctx, c->acc.route[i]))
			l->tried = (uint8_t)(l->tried | 1u << i);
		else if (first < 0)
			first = i;
	if (first < 0)
		return -1;
	l->route_at = (uint8_t)first;
	return 0;
}

static void
put_name(char dst[33], const struct exchanges *all, size_t provider)
{
	snprintf(dst, 33, "%s", all->provider[provider].conf->name);
}

static void
set_abilities(struct call *c, const struct exchanges *all,
    const size_t provider[2])
{
	int leg;

	for (leg = LEG_A; leg <= LEG_B; leg++)
		c->leg[leg].is_heard_talking = provider[leg] < all->n &&
		    all->provider[provider[leg]].kind->is_heard_talking;
}

void
route_set(struct call *c, const struct exchanges *all, size_t provider[2])
{
	if (c->acc.n_routes == 0)
		return;		/* restored */
	provider[LEG_A] = c->acc.route[c->leg[LEG_A].route_at];
	provider[LEG_B] = c->acc.route[c->leg[LEG_B].route_at];
	put_name(c->provider, all, provider[LEG_A]);
	if (c->leg[LEG_B].asked_at != 0)
		put_name(c->b_provider, all, provider[LEG_B]);
	set_abilities(c, all, provider);
}

void
route_restore(struct call *c, const struct exchanges *all, size_t provider[2])
{
	provider[LEG_A] = exchange_find(all, c->provider);
	provider[LEG_B] = exchange_find(all, c->b_provider);
	set_abilities(c, all, provider);
}
