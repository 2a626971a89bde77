/*
 * What has happened since the start.
 */

#include <stdatomic.h>

#include "lib/buf.h"
#include "lib/scrape.h"

#include "milter/count.h"

/* The upper ends of the histogram, in microseconds. */
static const int64_t ends[] = { 50, 100, 250, 500, 1000, 2500, 5000, 10000,
	25000, 50000, 100000, 250000, 1000000 };
#define N_ENDS (sizeof(ends) / sizeof(ends[0]))

static const char *const words[COUNT_OUTCOMES] = {
	[COUNT_INSERTED] = "inserted",
	[COUNT_WOULD_INSERT] = "would-insert",
	[COUNT_REFUSED] = "refused",
	[COUNT_SKIPPED] = "skipped",
	[COUNT_FAILED] = "failed",
	[COUNT_NONE] = "none",
};

static atomic_uint_least64_t outcomes[COUNT_OUTCOMES], reasons[REASONS];
static atomic_uint_least64_t body_bytes, added_bytes, spooled;
static atomic_uint_least64_t fast[N_ENDS + 1], total_us;
static atomic_uint_least64_t reloads, reload_faults;
static atomic_int_least64_t sessions;
static atomic_int is_reload_bad;

/* Nobody waits for a count: each is right, all together need not be. */
static void
add(atomic_uint_least64_t *count, uint64_t n)
{
	atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

static uint64_t
get(atomic_uint_least64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

const char *
count_word(enum count_outcome outcome)
{
	return words[outcome];
}

void
count_message(enum count_outcome outcome, enum reason reason)
{
	add(&outcomes[outcome], 1);
	add(&reasons[reason], 1);
}

void
count_rewrite(const struct count_rewrite *r)
{
	size_t i;

	for (i = 0; i < N_ENDS && r->us > ends[i]; i++)
		;
	add(&fast[i], 1);
	add(&total_us, r->us > 0 ? (uint64_t)r->us : 0);
	add(&body_bytes, r->bytes);
	add(&added_bytes, r->added);
	add(&spooled, r->is_spooled != 0);
}

void
count_session(int n)
{
	atomic_fetch_add_explicit(&sessions, n, memory_order_relaxed);
}

void
count_reload(int is_good)
{
	add(is_good ? &reloads : &reload_faults, 1);
	atomic_store(&is_reload_bad, !is_good);
}

#define NAME "calloffer_milter_"

static void
put_messages(struct buf *b)
{
	unsigned i;

	scrape_head(b, NAME "messages_total", "counter",
	    "Messages by what became of them");
	for (i = 0; i < COUNT_OUTCOMES; i++)
		scrape_sample(b, NAME "messages_total", SCRAPE_LABELS(
		    { "outcome", words[i] }), get(&outcomes[i]));
	scrape_head(b, NAME "unoffered_total", "counter",
	    "Messages without a button by the reason, as in the log");
	for (i = REASON_NONE + 1; i < REASONS; i++)
		scrape_sample(b, NAME "unoffered_total", SCRAPE_LABELS(
		    { "reason", reason_word(i) }), get(&reasons[i]));
}

/* How long it took to find the places and to make the edits. */
static void
put_times(struct buf *b)
{
	uint64_t count[N_ENDS + 1];
	const struct scrape_histogram h = { .name = NAME "rewrite_seconds",
	    .end = ends, .n = N_ENDS, .count = count, .sum = get(&total_us),
	    .unit = 1e-6 };
	size_t i;

	for (i = 0; i <= N_ENDS; i++)
		count[i] = get(&fast[i]);
	scrape_head(b, h.name, "histogram",
	    "From the end of a body to its edits");
	scrape_histogram(b, &h);
}

void
count_print(struct buf *b, const struct count_now *now)
{
	scrape_program(b, "calloffer_milter", now->started);
	put_messages(b);
	put_times(b);
	scrape_counter(b, NAME "body_bytes_total", "Bytes of bodies that were "
	    "searched for a place", get(&body_bytes));
	scrape_counter(b, NAME "added_bytes_total",
	    "Bytes by which bodies grew", get(&added_bytes));
	scrape_counter(b, NAME "spooled_total",
	    "Bodies of which a part was spooled", get(&spooled));
	scrape_gauge(b, NAME "sessions", "Connections of the mail server",
	    atomic_load(&sessions));
	scrape_gauge(b, NAME "messages_open", "Messages under way",
	    (int64_t)now->busy);
	scrape_gauge(b, NAME "offerors", "Entries of the offerors table",
	    (int64_t)now->offerors);
	scrape_gauge(b, NAME "offerors_written_timestamp_seconds",
	    "When the table in force was written", now->table_written);
	scrape_gauge(b, NAME "configuration_read_timestamp_seconds",
	    "When the configuration in force was read", now->conf_read);
	scrape_counter(b, NAME "reloads_total",
	    "Configurations and tables taken anew", get(&reloads));
	scrape_counter(b, NAME "reload_faults_total",
	    "Configurations and tables refused", get(&reload_faults));
	scrape_gauge(b, NAME "reload_faulty", "1 when the last one was refused",
	    atomic_load(&is_reload_bad));
}
