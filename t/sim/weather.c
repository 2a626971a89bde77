/*
 * What goes wrong in a world, how often, and for how long.
 */
#include <stdlib.h>
#include <string.h>

#include "t/sim/sim.h"

const char *const weather_words[FAULTS] = {
	"crash", "crash-at-a-point", "disk-full", "disk-error",
	"doubtful-commit", "provider-restart", "link-down", "stream-down",
	"events-stolen", "clock-jump", "stall", "payer-down"
};

#define LEG_MS	INT64_C(1000000)	/* no leg lives for longer */

static int n_bad;
static int64_t bad_ms, bad_since_ms;

void
weather_is_bad(int delta)
{
	if (n_bad > 0)
		bad_ms += world.now_ms - bad_since_ms;
	bad_since_ms = world.now_ms;
	n_bad += delta;
}

void
weather_bad_for(int64_t ms)
{
	bad_ms += ms;
}

int64_t
weather_bad_ms(void)
{
	weather_is_bad(0);
	return bad_ms;
}

/* Never, seldom or often. */
static int
some(int seldom, int often)
{
	static const int which[] = { 0, 0, 1, 2 };
	int n = which[sim_dice(4)];

	return n == 0 ? 0 : n == 1 ? seldom : often;
}

static const int seldom_s[FAULTS] = { 300, 200, 400, 300, 300, 600, 300, 300,
    600, 600, 200, 300 };

/* In some worlds one thing goes wrong all the time. */
static void
plague(struct sim_weather *w)
{
	unsigned f = sim_dice(FAULTS);

	if (sim_dice(6) == 0)
		w->every_ms[f] = seldom_s[f] * INT64_C(1000) / 20;
	if (sim_dice(6) == 0)
		w->fate[SIM_LOST + sim_dice(SIM_FATES - 1)] = 200;
	if (sim_dice(6) == 0)
		w->slow = 500;
}

void
weather_draw(struct sim_weather *w)
{
	int i;

	memset(w, 0, sizeof(*w));
	w->is_calm = sim_dice(10) == 0;
	if (w->is_calm)
		return;
	w->fate[SIM_LOST] = some(5, 40);
	w->fate[SIM_LATE] = some(5, 30);
	w->fate[SIM_DOUBLED] = some(10, 60);
	w->fate[SIM_UNANSWERED] = some(5, 40);
	w->fate[SIM_ERROR] = some(10, 80);
	w->fate[SIM_RESET] = some(5, 30);
	w->slow = some(20, 100);
	w->event_lost = some(10, 80);
	w->event_late = some(50, 300);
	w->event_doubled = some(50, 200);
	for (i = 0; i < FAULTS; i++)
		w->every_ms[i] = some(seldom_s[i], seldom_s[i] / 5) *
		    INT64_C(1000);
	plague(w);
}

static void
plan(enum sim_fault f)
{
	if (world.weather.every_ms[f] != 0)
		sim_later(SIM_FAULT, sim_about(world.weather.every_ms[f]))
		    ->what = (int)f;
}

void
weather_begin(void)
{
	enum sim_fault f;

	n_bad = 0;
	bad_ms = bad_since_ms = 0;
	for (f = 0; f < FAULTS; f++)
		plan(f);
}

/* It lasts so long. */
static void
until(enum sim_fault f, int64_t ms, int provider)
{
	struct sim_thing *t = sim_later(SIM_REPAIR, ms);

	t->what = (int)f;
	t->provider = provider;
	weather_is_bad(1);
}

static void
link_down(int provider, int64_t ms)
{
	if (!world.is_link_up[provider])
		return;
	world.is_link_up[provider] = 0;
	net_cut(provider);
	if (provider == 0)
		sim_later(SIM_STREAM, sim_between(0, 5000))->what =
		    SIM_STREAM_DOWN;
	until(FAULT_LINK, ms, provider);
}

static void
jump_to(int64_t skew_ms)
{
	int64_t by_ms = llabs(skew_ms - world.skew_ms);

	world.skew_ms = skew_ms;
	weather_bad_for(by_ms < LEG_MS ? by_ms : LEG_MS);
	world_set_clock();
	sim_log("the clock jumps to %+d s", (int)(skew_ms / 1000));
}

static void
jump(void)
{
	static const int by_s[] = { 5, 50, 90, 300, 3600, 86400, 5 * 86400 };
	int64_t by_ms = by_s[sim_dice(sim_dice(4) == 0 ? 7 : 4)] *
	    INT64_C(1000);

	jump_to(world.skew_ms != 0 ? 0 : sim_dice(2) == 0 ? -by_ms : by_ms);
}

void
weather_fault(struct sim_thing *t)
{
	enum sim_fault f = (enum sim_fault)t->what;
	int provider = (int)sim_dice(SIM_PROVIDERS);

	sim_drop(t);
	if (world.is_quiet)
		return;
	sim_log("fault: %s", weather_words[f]);
	counts.faults[f]++;
	switch (f) {
	case FAULT_CRASH:
		bridge_die();
		break;
	case FAULT_POINT:
		bridge_die_in(1 + (int)sim_dice(8));
		break;
	case FAULT_FULL:
		disk.is_full++;
		until(f, sim_about(20000), 0);
		break;
	case FAULT_BREAK:
		disk.break_in = 1 + (int)sim_dice(20);
		break;
	case FAULT_DOUBT:
		disk.doubt_next = 1;
		if (sim_dice(2) == 0)
			bridge_die_in(3 + (int)sim_dice(4));
		break;
	case FAULT_RESTART:
		truth_restart(provider);
		link_down(provider, sim_between(500, 20000));
		net_cut(provider);
		break;
	case FAULT_LINK:
		link_down(provider, sim_about(15000));
		break;
	case FAULT_STREAM:
		sim_later(SIM_STREAM, 0)->what = SIM_STREAM_DOWN;
		break;
	case FAULT_STOLEN:
		if (world.is_stolen != SIM_NO_THIEF)
			break;
		world.is_stolen = SIM_THIEF;
		bridge_stolen();
		until(f, sim_about(20000), 0);
		break;
	case FAULT_CLOCK:
		jump();
		break;
	case FAULT_STALL:
		world.stalled_ms = world.now_ms + sim_about(4000);
		weather_bad_for(world.stalled_ms - world.now_ms);
		break;
	case FAULT_PAYER:
		world.is_payer_down++;
		until(f, sim_about(15000), 0);
		break;
	case FAULTS:
		break;
	}
	plan(f);
}

static void
repair(enum sim_fault f, int provider)
{
	if (f == FAULT_FULL)
		disk.is_full--;
	else if (f == FAULT_LINK)
		world.is_link_up[provider] = 1;
	else if (f == FAULT_PAYER)
		world.is_payer_down--;
	else if (f == FAULT_STOLEN && world.is_stolen == SIM_THIEF)
		world.is_stolen = SIM_THIEF_GONE;
	weather_is_bad(-1);
}

void
weather_repair(struct sim_thing *t)
{
	sim_log("over: %s", weather_words[t->what]);
	repair((enum sim_fault)t->what, t->provider);
	sim_drop(t);
}

static int
is_fault(struct sim_thing *t)
{
	if (t->kind == SIM_REPAIR)
		repair((enum sim_fault)t->what, t->provider);
	return t->kind == SIM_REPAIR || t->kind == SIM_FAULT;
}

void
weather_clear(void)
{
	world.is_quiet = 1;
	sim_each(is_fault);
	memset(&world.weather.fate, 0, sizeof(world.weather.fate));
	world.weather.event_lost = 0;
	disk.break_in = disk.doubt_next = 0;
	bridge_die_in(0);
	jump_to(0);
	sim_log("from now on all is well");
}
