/*
 * Requests, answers and events on their way; and what must be so when a
 * request leaves the bridge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/request.h"

#include "t/sim/sim.h"

#define TIMEOUT_MS	5000	/* nobody waits for an answer any longer */
#define SLOW_MS		4900	/* .. for this one */
#define RING_TRIES	3	/* by each provider */
#define CALLS_PER_S	5	/* begin at the second */
#define FRESH_MS	1000	/* that somebody listens is good for so long */
#define YOUNG_MS	10000	/* .. not while the stream is young: DESIGN, 6 */
#define LATE_S		25	/* a RING begins at most so much after it could
				   have rung out: DESIGN, 6 */

const char *const net_act_words[] = {
	[PROVIDER_PROBE] = "PROBE", [PROVIDER_RING] = "RING",
	[PROVIDER_PLAY] = "PLAY", [PROVIDER_HUSH] = "HUSH",
	[PROVIDER_BRIDGE] = "BRIDGE", [PROVIDER_HANG] = "HANG",
	[PROVIDER_UNBRIDGE] = "UNBRIDGE", [PROVIDER_FIND] = "FIND",
	[PROVIDER_EXTEND] = "EXTEND"
};

/* Two kinds of provider.  Their requests are structs. */

/* Of some acts only one step has the effect; the others ask. */
static int
has_effect(const struct sim_wire *w, size_t provider)
{
	return provider == 1 || w->step == (w->act == PROVIDER_RING ||
	    w->act == PROVIDER_BRIDGE);
}

static int
write_request(const struct provider_conf *conf,
    const struct provider_intent *in, int step, struct request *out)
{
	static const int steps[2][PROVIDER_ACTS] = {
		{ [PROVIDER_RING] = 3, [PROVIDER_BRIDGE] = 2 }, { 0 }
	};
	const char *last = in->prompt != NULL ? strrchr(in->prompt, ',') : NULL;
	struct sim_wire w = { .act = (uint8_t)in->act, .leg = (uint8_t)in->leg,
	    .step = (uint8_t)step, .ring_s = in->ring_s, .max_s = in->max_s };
	size_t provider = conf == net_provider[1].conf;
	int n = steps[provider][in->act];

	step += in->has_listener;
	w.step = (uint8_t)step;
	request_init(out);
	if (step >= (n > 0 ? n : 1))
		return -1;
	memcpy(w.call, in->call, sizeof(w.call));
	snprintf(w.ref, sizeof(w.ref), "%.11s", in->ref != NULL ? in->ref : "");
	if (in->act == PROVIDER_RING)
		snprintf(w.to, sizeof(w.to), "%.19s", in->to->text);
	if (in->act == PROVIDER_PLAY)
		snprintf(w.prompt, sizeof(w.prompt), "%.19s", last != NULL ?
		    last + 1 : in->prompt);
	out->method = in->act == PROVIDER_PROBE || in->act == PROVIDER_FIND ||
	    !has_effect(&w, provider) ? "GET" : "POST";
	buf_put(&out->url, &w, sizeof(w));
	return request_ok(out) ? 0 : -1;
}

static void
read_status(const struct provider_intent *in, int status, int is_sent,
    struct provider_reply *out)
{
	if (status == 0)
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer");
	else if (status == 503 || status == 429)
		provider_say(out, PROVIDER_NOT, "busy");
	else if (status == 500 || status == 409)
		provider_say(out, PROVIDER_UNKNOWN, "failed");
	else if (status >= 400 && !(status == 404 && in->act == PROVIDER_HANG))
		provider_say(out, PROVIDER_REFUSED, "refused");
	else
		out->outcome = PROVIDER_DONE;
}

/* Asks, rings, and asks again where there is doubt. */
static void
read_stream_ring(int step, int status, int is_sent, struct provider_reply *out)
{
	if (step == 0)
		out->outcome = status == 200 ? PROVIDER_MORE : PROVIDER_NOT;
	else if (step == 1 && (status == 409 || status == 503))
		out->outcome = PROVIDER_MORE;
	else if (step == 2)
		out->outcome = status == 200 ? PROVIDER_DONE :
		    PROVIDER_UNKNOWN;
	else
		read_status(&(struct provider_intent){ .act = PROVIDER_RING },
		    status, is_sent, out);
}

static void
read_body(const struct provider_intent *in, const char *body, size_t len,
    struct provider_reply *out)
{
	if (in->act == PROVIDER_FIND && len == 1)
		out->found = (enum provider_found)(body[0] - '0');
	if (in->act == PROVIDER_RING && len > 1)
		snprintf(out->ref, sizeof(out->ref), "%.*s", (int)len, body);
}

static void
stream_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	if (in->act == PROVIDER_RING)
		read_stream_ring(step + in->has_listener, status, is_sent, out);
	else
		read_status(in, status, is_sent, out);
	if (in->act == PROVIDER_BRIDGE && step == 0 &&
	    out->outcome == PROVIDER_DONE)
		out->outcome = PROVIDER_MORE;
	out->may_repeat = in->act == PROVIDER_BRIDGE &&
	    out->outcome == PROVIDER_UNKNOWN;
	read_body(in, body, len, out);
}

static void
hook_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	(void)step;
	read_status(in, status, is_sent, out);
	read_body(in, body, len, out);
}

static int
stream_path(const struct provider_conf *conf, char *dst, size_t size)
{
	snprintf(dst, size, "/events?app=%s", conf->name);
	return 0;
}

static int
read_event(const void *text, size_t len, struct provider_event *out)
{
	if (len != sizeof(*out))
		return -1;
	memcpy(out, text, len);
	return 0;
}

static const struct provider stream_kind = {
	.name = "stream", .is_heard_talking = 1, .can_extend = 1,
	.request = write_request, .reply = stream_reply,
	.stream = stream_path, .event = read_event
};
static const struct provider hook_kind = {
	.name = "hook", .can_extend = 1, .request = write_request, .reply = hook_reply
};
static const struct provider_conf stream_conf = { .name = "first" };
static const struct provider_conf hook_conf = { .name = "second",
	.calls_per_s = CALLS_PER_S };
const struct world_provider net_provider[SIM_PROVIDERS] = {
	{ &stream_kind, &stream_conf, 0 }, { &hook_kind, &hook_conf, 0 }
};

/* What must be so. */

void
net_listened(const struct sim_thing *t)
{
	t->call->phone[t->wire.leg].listened_ms = t->since_ms;
	if (t->since_ms > world.listened_ms)
		world.listened_ms = t->since_ms;
}

/* Who would answer unheard is not rung: a moment ago somebody listened. */
static void
check_listener(struct sim_call *c, struct sim_phone *p)
{
	int is_known = p->listened_ms != 0 || (world.now_ms -
	    world.stream_ms >= YOUNG_MS && world.now_ms -
	    world.listened_ms <= FRESH_MS);

	p->listened_ms = 0;
	if (!is_known || !world.is_stream_up || world.listened_ms <
	    world.stream_ms)
		world_wrong(c, "rung, and nobody may listen");
}

static int
may_ring(const struct sim_phone *p)
{
	return truth_is_there(p) || p->n_on_its_way > 0;
}

/* The provider lets them talk for no longer than that is paid for. */
static void
check_limit(struct sim_call *c, const struct sim_wire *w)
{
	struct call now;

	if (bridge_get(c, &now) == 0 && w->max_s > call_leg_max_s(&now,
	    w->leg) - (int)(c->acc.max_s - money_pays_s(c)))
		world_wrong(c, "a leg may be up for longer than is held for");
}

static void
check_ring(struct sim_call *c, const struct sim_wire *w, size_t provider)
{
	const struct ledger_call *l = ledger_of(c);
	const struct tel *to = w->leg == LEG_A ? &c->acc.a : &c->acc.b;
	struct sim_phone *p = &c->phone[w->leg];
	size_t i;

	if (provider == 0)
		check_listener(c, p);
	if (++p->n_asked > RING_TRIES * c->acc.n_routes)
		world_wrong(c, "a telephone is asked for too often");
	if (!l->is_in)
		world_wrong(c, "rung without a record");
	if (l->leg[w->leg] != CALL_LEG_ASKED)
		world_wrong(c, "rung without its intent on record");
	if (p->n_on_its_way > 0 || p->n_rung > 0)
		world_wrong(c, "a telephone is rung twice");
	if (strncmp(w->to, to->text, sizeof(w->to)) != 0)
		world_wrong(c, "another number is rung");
	if (w->leg == LEG_B && !l->is_spent)
		world_wrong(c, "B is rung and no use is spent");
	if (w->leg == LEG_B && !c->phone[LEG_A].has_agreed)
		world_wrong(c, "B is rung before A's key 1");
	if (w->leg == LEG_B && !world.is_one_switch &&
	    (int)provider != c->phone[LEG_A].provider)
		world_wrong(c, "B is rung where A cannot be joined with it");
	for (i = 0; i < world.n_calls && w->leg == LEG_A; i++)
		if (&world.call[i] != c && world.call[i].offer == c->offer &&
		    may_ring(&world.call[i].phone[LEG_A]))
			world_wrong(c, "two legs A of one offer");
}

static void
check_join(struct sim_call *c)
{
	if (!ledger_of(c)->is_spent)
		world_wrong(c, "bridged and no use is spent");
	if (!c->phone[LEG_A].has_agreed || !c->phone[LEG_B].has_agreed)
		world_wrong(c, "bridged without both keys");
}

/* How fast. */
static void
check_pace(struct sim_call *c, const struct sim_wire *w, size_t provider)
{
	if (world.now_ms < world.alone_ms[provider] && w->act != PROVIDER_HANG)
		world_wrong(c, "asked though it wants to be left alone");
	if (w->act != PROVIDER_RING || provider != 1)
		return;
	if (world.now_ms < world.call_ms)
		world_wrong(c, "calls begin faster than they are taken");
	world.call_ms = world.now_ms + 1000 / CALLS_PER_S;
}

/* When something is asked for that people can feel. */
static void
check(struct sim_call *c, const struct sim_wire *w, size_t provider)
{
	struct call now;

	if (w->act == PROVIDER_HANG)
		c->phone[w->leg].n_hangs++;
	if (w->act == PROVIDER_RING || w->act == PROVIDER_EXTEND)
		check_limit(c, w);
	if (w->act != PROVIDER_RING && w->act != PROVIDER_BRIDGE)
		return;
	if (c->offer->is_revoked)
		world_wrong(c, "rung or bridged after the revocation");
	if (bridge_get(c, &now) != 0 || now.end != ASK_END_NONE)
		world_wrong(c, "rung or bridged after its end");
	money_check(c);
	if (w->act == PROVIDER_RING)
		check_ring(c, w, provider);
	else
		check_join(c);
}

/* Requests. */

static void
lost(const struct sim_thing *like, int status, int is_sent, int64_t in_ms)
{
	struct sim_thing *t = sim_later(SIM_ANSWER, in_ms);

	t->call = like->call;
	t->provider = like->provider;
	t->wire = like->wire;
	t->fn = like->fn;
	t->ctx = like->ctx;
	t->status = status;
	t->is_sent = is_sent;
}

static void
go(const struct sim_thing *like, int is_answered, int64_t in_ms)
{
	struct sim_thing *t = sim_later(SIM_ARRIVE, in_ms);

	t->call = like->call;
	t->provider = like->provider;
	t->wire = like->wire;
	t->fate = like->fate;
	t->fn = is_answered ? like->fn : NULL;
	t->ctx = like->ctx;
	t->since_ms = world.now_ms;
	if (t->wire.act == PROVIDER_RING &&
	    has_effect(&t->wire, (size_t)t->provider))
		t->call->phone[t->wire.leg].n_on_its_way++;
}

enum sim_fate
net_fate(void)
{
	int n = (int)sim_dice(1000);
	enum sim_fate f;

	for (f = SIM_LOST; f < SIM_FATES; f++) {
		n -= world.weather.fate[f];
		if (n < 0)
			return f;
	}
	return SIM_FINE;
}

static void
is_late(const struct sim_thing *t)
{
	int64_t most_ms = (t->wire.act == PROVIDER_RING ? t->wire.ring_s +
	    LATE_S : 60) * INT64_C(1000);

	lost(t, 0, 1, TIMEOUT_MS);
	go(t, 0, sim_between(TIMEOUT_MS, most_ms));
	counts.late_rings += t->wire.act == PROVIDER_RING;
}

static void
fails(const struct sim_thing *t)
{
	int is_vague = t->provider == 1 && sim_dice(2) == 0;

	lost(t, is_vague ? 500 : sim_dice(2) == 0 ? 503 : 429, 1, 10);
	if (is_vague && sim_dice(2) == 0)
		go(t, 0, 5);
}

/* Off it goes. */
static void
send_by_fate(struct sim_thing *t)
{
	int64_t way_ms = world.weather.is_calm ? 5 : sim_between(1, 40);

	t->fate = (int)net_fate();
	counts.fates[t->fate]++;
	switch ((enum sim_fate)t->fate) {
	case SIM_FINE:
	case SIM_DOUBLED:
		go(t, 1, way_ms);
		break;
	case SIM_LOST:
		lost(t, 0, 1, TIMEOUT_MS);
		break;
	case SIM_LATE:
		is_late(t);
		break;
	case SIM_UNANSWERED:
		lost(t, 0, 1, TIMEOUT_MS);
		go(t, 0, way_ms);
		break;
	case SIM_ERROR:
		fails(t);
		break;
	case SIM_RESET:
		lost(t, 0, 1, 2 * way_ms);
		if (sim_dice(2) == 0)
			go(t, 0, way_ms);
		break;
	case SIM_FATES:
		break;
	}
}

int
net_send(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	struct sim_thing t = { .provider = (int)provider, .fn = fn,
	    .ctx = done_ctx };
	int is_off;

	(void)ctx;
	if (bridge_dies())
		return 0;	/* before it is sent; nobody hears of it */
	counts.requests++;
	memcpy(&t.wire, r->url.data, sizeof(t.wire));
	if (t.wire.act != PROVIDER_PROBE) {
		t.call = world_call(t.wire.call);
		sim_log("> %s %d call %d leg %c step %d",
		    net_act_words[t.wire.act], (int)provider,
		    world_index(t.call), "ab"[t.wire.leg], t.wire.step);
		if (has_effect(&t.wire, provider))
			check(t.call, &t.wire, provider);
	}
	is_off = !world.is_link_up[provider];
	if (is_off && sim_dice(4) == 0)
		return -1;
	check_pace(t.call, &t.wire, provider);
	if (is_off) {
		lost(&t, 0, sim_dice(2) == 0, sim_between(1, TIMEOUT_MS));
		return 0;
	}
	send_by_fate(&t);
	(void)bridge_dies();	/* after it */
	return 0;
}

void
net_arrive(struct sim_thing *t)
{
	struct sim_phone *p = t->call != NULL ?
	    &t->call->phone[t->wire.leg] : NULL;
	int is_second = t->fate == SIM_DOUBLED && sim_dice(2) == 0;
	struct sim_thing first;

	if (t->wire.act == PROVIDER_RING &&
	    has_effect(&t->wire, (size_t)t->provider))
		p->n_on_its_way--;
	truth_serve(t);
	if (t->fate == SIM_DOUBLED) {
		first = *t;
		truth_serve(t);
		if (!is_second) {
			t->status = first.status;
			memcpy(t->body, first.body, sizeof(t->body));
		}
	}
	if (t->fn == NULL) {
		sim_drop(t);
		return;
	}
	t->kind = SIM_ANSWER;
	t->is_sent = 1;
	sim_again(t, world.weather.is_calm ? 5 : sim_between(1,
	    sim_chance((unsigned)world.weather.slow) ? SLOW_MS : 40));
}

static int cut_provider;

/* It arrives, or is answered, no more. */
static int
is_cut(struct sim_thing *t)
{
	if ((t->kind != SIM_ARRIVE && t->kind != SIM_ANSWER) ||
	    t->provider != cut_provider)
		return 0;
	if (t->kind == SIM_ARRIVE && t->wire.act == PROVIDER_RING &&
	    has_effect(&t->wire, (size_t)t->provider))
		t->call->phone[t->wire.leg].n_on_its_way--;
	t->kind = SIM_ANSWER;
	t->status = 0;
	t->is_sent = 1;
	t->body[0] = '\0';
	return t->fn == NULL;
}

void
net_cut(int provider)
{
	cut_provider = provider;
	sim_each(is_cut);
}

/* Events. */

void
net_event(const struct sim_phone *p, enum provider_event_kind kind,
    int64_t in_ms, const struct provider_event *more)
{
	const struct sim_weather *w = &world.weather;
	int n = sim_chance((unsigned)w->event_lost) ? 0 :
	    1 + sim_chance((unsigned)w->event_doubled);
	struct sim_thing *t;

	if (p->provider == 0 && (!world.is_stream_up || world.is_stolen))
		return;
	while (n-- > 0) {
		t = sim_later(SIM_EVENT, in_ms + (sim_chance((unsigned)
		    w->event_late) ? sim_between(0, 8000) : 5));
		if (more != NULL)
			t->event = *more;
		t->provider = p->provider;
		t->event.kind = kind;
		t->event.leg = p->leg;
		memcpy(t->event.call, p->call->acc.id,
		    sizeof(t->event.call));
		memcpy(t->event.ref, p->ref, sizeof(p->ref));
		t->call = p->call;
	}
}

/* Who sends webhooks tries again, a few times. */
void
net_deliver(struct sim_thing *t)
{
	if (t->provider == 1 && t->gen < 3 &&
	    (!bridge_is_up() || !world.is_link_up[1])) {
		t->gen++;
		sim_again(t, 2000);
		return;
	}
	if (bridge_is_up() && world.is_link_up[t->provider] &&
	    (t->provider == 1 || (world.is_stream_up && !world.is_stolen)))
		bridge_event(t);
	sim_drop(t);
}
