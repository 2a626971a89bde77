/* What has happened since the start, as text for a collector. */

#include "lib/buf.h"
#include "lib/scrape.h"

#include "acceptd/count.h"

#define NAME "calloffer_acceptd_"

static const struct {
	const char	*name, *help;
} whats[COUNT_WHATS] = {
	[COUNT_GETS] = { NAME "offer_gets_total", "Offer pages asked for" },
	[COUNT_POSTS] = { NAME "offer_posts_total", "Forms sent" },
	[COUNT_ACCEPTED] = { NAME "accepted_total", "Calls accepted" },
	[COUNT_CONFIRMS] = { NAME "confirms_total", "Numbers shown back" },
	[COUNT_CALLS] = { NAME "call_gets_total", "Call pages asked for" },
	[COUNT_STREAMS] = { NAME "streams_begun_total", "Live streams begun" },
	[COUNT_HANGUPS] = { NAME "hangups_total",
	    "Calls ended from their page" },
	[COUNT_HOOKS] = { NAME "hooks_total", "Callbacks of providers" },
	[COUNT_THROTTLED] = { NAME "throttled_total",
	    "Requests that came too often" },
	[COUNT_FOREIGN] = { NAME "foreign_total", "Forms from another site" },
	[COUNT_HONEYPOT] = { NAME "honeypot_total",
	    "Forms with the honeypot filled" },
	[COUNT_HTTP_BAD] = { NAME "http_bad_total",
	    "Ambiguous or broken requests" },
	[COUNT_CUT] = { NAME "cut_total", "Connections cut at a deadline" }
};

void
count_print(struct buf *b, const struct count *c, const struct count_now *now)
{
	unsigned i;

	for (i = 0; i < COUNT_WHATS; i++)
		scrape_counter(b, whats[i].name, whats[i].help, c->n[i]);
	scrape_head(b, NAME "refused_total", "counter", "Refusals shown");
	for (i = 1; i < ASK_REFUSALS; i++)
		scrape_sample(b, NAME "refused_total", SCRAPE_LABELS(
		    { "why", ask_refusal_word(i) }), c->refused[i]);
	scrape_gauge(b, NAME "bridge_up", "1 when the bridge is connected",
	    now->is_bridge_up);
	scrape_gauge(b, NAME "connections", "HTTP connections open",
	    now->connections);
	scrape_gauge(b, NAME "streams", "Live streams open", now->streams);
	scrape_gauge(b, NAME "questions", "Questions at the bridge",
	    now->questions);
	scrape_program(b, "calloffer_acceptd", now->started);
}
