/*
 * sim [-n CALLS] [-s SEED] [-v] [-o WRONG]
 *
 * Worlds one after the other, seed by seed, until so many calls were made.
 * The first thing that must never be ends it, and its seed is told; where that
 * world is the only one, everything that happens in it is told too.  With -o
 * only this one thing counts as wrong: for builds that are broken on purpose.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t/sim/sim.h"

int sim_is_verbose;
const char *sim_only;
struct sim_counts counts;

void __wrap_log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
void __wrap_log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void __wrap_log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));

static void
say(const char *who, const char *fmt, va_list ap)
{
	printf("%9.3f %s", (double)world.now_ms / 1000, who);
	vprintf(fmt, ap);
	putchar('\n');
}

#define SAY(who) do {							\
	va_list ap;							\
									\
	if (!sim_is_verbose)						\
		break;							\
	va_start(ap, fmt);						\
	say(who, fmt, ap);						\
	va_end(ap);							\
} while (0)

void
sim_log(const char *fmt, ...)
{
	SAY("");
}

/* The bridge's own log. */
void
__wrap_log_debug(const char *fmt, ...)
{
	SAY("    bridge: ");
}

void
__wrap_log_info(const char *fmt, ...)
{
	SAY("    bridge: ");
}

void
__wrap_log_warn(const char *fmt, ...)
{
	SAY("    bridge: warning: ");
}

static void
report_list(const char *name, size_t n, const uint64_t *count,
    const char *(*word)(size_t))
{
	size_t i;

	printf("sim: %s:", name);
	for (i = 0; i < n; i++)
		if (count[i] > 0)
			printf(" %s=%llu", word(i),
			    (unsigned long long)count[i]);
	putchar('\n');
}

static const char *
state_word(size_t i)
{
	return call_state_word((enum call_state)i);
}

static const char *
end_word(size_t i)
{
	return ask_end_word((enum ask_end)i);
}

static const char *
fault_word(size_t i)
{
	return weather_words[i];
}

static const char *
fate_word(size_t i)
{
	static const char *const words[SIM_FATES] = { "fine", "lost", "late",
	    "doubled", "unanswered", "error", "reset" };

	return words[i];
}

static const char *
pay_word(size_t i)
{
	static const char *const words[CALL_PAYS] = { "none", "asked", "held",
	    "taking", "freeing", "taken", "free", "refused", "lost" };

	return words[i];
}

static const char *
answer_word(size_t i)
{
	return ask_refusal_word((enum ask_refusal)i);
}

static void
report(void)
{
	printf("sim: %llu calls in %llu worlds, %.0f days; %llu turns, "
	    "%llu commits, %llu requests, %llu rings, %llu bridged, "
	    "%llu crashes\n", (unsigned long long)counts.calls,
	    (unsigned long long)counts.worlds,
	    (double)counts.sim_ms / 1000 / 86400,
	    (unsigned long long)counts.turns,
	    (unsigned long long)counts.commits,
	    (unsigned long long)counts.requests,
	    (unsigned long long)counts.rings,
	    (unsigned long long)counts.bridged,
	    (unsigned long long)counts.crashes);
	report_list("answers", ASK_REFUSALS, counts.refused, answer_word);
	report_list("states", CALL_STATES, counts.states, state_word);
	report_list("ends", ASK_ENDS, counts.ends, end_word);
	printf("sim: more held: %llu, as much as there was: %llu, refused: "
	    "%llu, %llu limits extended\n",
	    (unsigned long long)counts.raises[SIM_RAISED],
	    (unsigned long long)counts.raises[SIM_RAISED_PARTLY],
	    (unsigned long long)counts.raises[SIM_UNRAISED],
	    (unsigned long long)counts.extended);
	report_list("money", CALL_PAYS, counts.pays, pay_word);
	report_list("requests", SIM_FATES, counts.fates, fate_word);
	report_list("faults", FAULTS, counts.faults, fault_word);
}

/* What never happened has not been tried. */
static int
is_thin(void)
{
	const char *what = NULL;
	size_t i;

	for (i = CALL_RINGING_A; i < CALL_STATES; i++)
		if (counts.states[i] == 0)
			what = state_word(i);
	for (i = ASK_END_NONE + 1; i < ASK_ENDS; i++)
		if (counts.ends[i] == 0)
			what = end_word(i);
	for (i = 0; i < FAULTS; i++)
		if (counts.faults[i] == 0)
			what = fault_word(i);
	for (i = 0; i < SIM_FATES; i++)
		if (counts.fates[i] == 0)
			what = fate_word(i);
	for (i = CALL_PAY_ASKED; i < CALL_PAY_LOST; i++)
		if (counts.pays[i] == 0)
			what = pay_word(i);
	for (i = 0; i < SIM_RAISES; i++)
		if (counts.raises[i] == 0)
			what = "more that is held while they talk";
	if (counts.extended == 0)
		what = "a limit that is extended";
	if (counts.doubts == 0)
		what = "a doubtful commit that was done";
	if (what != NULL)
		printf("sim: never came to: %s\n", what);
	return what != NULL;
}

int
main(int argc, char **argv)
{
	uint64_t seed = 1, n_calls = 1000;
	const char *wrong;
	int opt;

	while ((opt = getopt(argc, argv, "n:o:s:v")) != -1) {
		if (opt == 'n')
			n_calls = strtoull(optarg, NULL, 10);
		else if (opt == 'o')
			sim_only = optarg;
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (opt == 'v')
			sim_is_verbose = 1;
		else
			return 64;
	}
	sim_is_verbose |= n_calls <= 1;
	for (; counts.calls < n_calls; seed++) {
		if (counts.worlds > 100 && counts.calls == 0) {
			fprintf(stderr, "sim: nobody is ever called\n");
			return 1;
		}
		wrong = world_run(seed);
		if (wrong == NULL)
			continue;
		fflush(stdout);
		fprintf(stderr, "sim: seed %llu, at %.3f s, call %d: %s\n"
		    "sim: to see it again: make sim SEED=%llu CALLS=1\n",
		    (unsigned long long)seed, (double)world.now_ms / 1000,
		    world.wrong_call != NULL ? world_index(world.wrong_call) :
		    -1, wrong, (unsigned long long)seed);
		return 1;
	}
	report();
	return n_calls >= 20000 && is_thin();
}
