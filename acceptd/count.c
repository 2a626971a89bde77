/* What has happened since the start, as text for a collector. */

#include <inttypes.h>

#include "lib/buf.h"

#include "acceptd/count.h"

static const struct {
	const char	*name, *help;
} whats[COUNT_WHATS] = {
	[COUNT_GETS] = { "offer_gets", "Offer pages asked for" },
	[COUNT_POSTS] = { "offer_posts", "Forms sent" },
	[COUNT_ACCEPTED] = { "accepted", "Calls accepted" },
	[COUNT_CONFIRMS] = { "confirms", "Numbers shown back" },
	[COUNT_CALLS] = { "call_gets", "Call pages asked for" },
	[COUNT_STREAMS] = { "streams_begun", "Live streams begun" },
	[COUNT_HANGUPS] = { "hangups", "Calls ended from their page" },
	[COUNT_HOOKS] = { "hooks", "Callbacks of providers" },
	[COUNT_THROTTLED] = { "throttled", "Requests that came too often" },
	[COUNT_FOREIGN] = { "foreign", "Forms from another site" },
	[COUNT_HONEYPOT] = { "honeypot", "Forms with the honeypot filled" },
	[COUNT_HTTP_BAD] = { "http_bad", "Ambiguous or broken requests" },
	[COUNT_CUT] = { "cut", "Connections cut at a deadline" }
};

static void
gauge(struct buf *b, const char *name, const char *help, uint32_t value)
{
	buf_printf(b, "# HELP calloffer_acceptd_%s %s.\n"
	    "# TYPE calloffer_acceptd_%s gauge\n"
	    "calloffer_acceptd_%s %" PRIu32 "\n", name, help, name, name,
	    value);
}

/* Which version runs, and since when: by names that collectors know. */
static void
put_program(struct buf *b, const struct count_now *now)
{
	buf_printf(b, "# HELP calloffer_acceptd_build_info The version that "
	    "runs.\n"
	    "# TYPE calloffer_acceptd_build_info gauge\n"
	    "calloffer_acceptd_build_info{version=\"" CALLOFFER_VERSION
	    "\"} 1\n"
	    "# HELP process_start_time_seconds Unix time of the start.\n"
	    "# TYPE process_start_time_seconds gauge\n"
	    "process_start_time_seconds %" PRId64 "\n", now->started);
}

void
count_print(struct buf *b, const struct count *c, const struct count_now *now)
{
	unsigned i;

	for (i = 0; i < COUNT_WHATS; i++)
		buf_printf(b, "# HELP calloffer_acceptd_%s_total %s.\n"
		    "# TYPE calloffer_acceptd_%s_total counter\n"
		    "calloffer_acceptd_%s_total %" PRIu64 "\n",
		    whats[i].name, whats[i].help, whats[i].name,
		    whats[i].name, c->n[i]);
	buf_str(b, "# HELP calloffer_acceptd_refused_total Refusals shown.\n"
	    "# TYPE calloffer_acceptd_refused_total counter\n");
	for (i = 1; i < ASK_REFUSALS; i++)
		buf_printf(b, "calloffer_acceptd_refused_total{why=\"%s\"} %"
		    PRIu64 "\n", ask_refusal_word(i), c->refused[i]);
	gauge(b, "bridge_up", "1 when the bridge is connected",
	    (uint32_t)now->is_bridge_up);
	gauge(b, "connections", "HTTP connections open", now->connections);
	gauge(b, "streams", "Live streams open", now->streams);
	gauge(b, "questions", "Questions at the bridge", now->questions);
	put_program(b, now);
}
