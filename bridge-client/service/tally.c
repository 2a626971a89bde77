#include "bridge-client/service/tally.h"

const int64_t tally_request_ms[TALLY_REQUEST_ENDS] = { 5, 10, 25, 50, 100, 250,
	500, 1000, 2500, 5000, 10000 };
const int64_t tally_commit_us[TALLY_COMMIT_ENDS] = { 50, 100, 250, 500, 1000,
	2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000 };
const int64_t tally_commit_rows[TALLY_ROWS_ENDS] = { 1, 2, 4, 8, 16, 32, 64,
	128, 256 };

static struct tally all;

const struct tally *
tally_all(void)
{
	return &all;
}

static struct tally_provider *
of(size_t provider)
{
	return provider < TALLY_PROVIDERS_MAX ? &all.provider[provider] :
	    &all.nobody;
}

static void
word(uint64_t count[TALLY_WORDS_MAX], int i)
{
	if (i >= 0 && i < TALLY_WORDS_MAX)
		count[i]++;
}

static void
add(uint64_t *count, const int64_t *end, size_t n, int64_t value)
{
	size_t i;

	for (i = 0; i < n && value > end[i]; i++)
		continue;
	count[i]++;
}

void
tally_acceptance(enum ask_refusal refusal, int is_again)
{
	if (is_again)
		all.again++;
	else if (refusal < ASK_REFUSALS)
		all.acceptances[refusal]++;
}

void
tally_ended(enum ask_end end)
{
	if (end < ASK_ENDS)
		all.ends[end]++;
}

void
tally_rung(size_t provider, int outcome)
{
	word(of(provider)->rung, outcome);
}

void
tally_answered(size_t provider)
{
	of(provider)->answered++;
}

void
tally_request(size_t provider, int64_t ms, int status)
{
	struct tally_provider *p = of(provider);
	enum tally_status s = TALLY_NO_ANSWER;

	if (status == 429)
		s = TALLY_429;
	else if (status >= 500)
		s = TALLY_5XX;
	else if (status >= 400)
		s = TALLY_4XX;
	else if (status > 0)
		s = TALLY_2XX;
	p->requests[s]++;
	p->took_ms += ms > 0 ? (uint64_t)ms : 0;
	add(p->took, tally_request_ms, TALLY_REQUEST_ENDS, ms);
}

void
tally_hook(size_t provider, int verdict)
{
	word(of(provider)->hooks, verdict);
}

void
tally_commit(size_t n, int64_t us)
{
	all.took_us += us > 0 ? (uint64_t)us : 0;
	add(all.took, tally_commit_us, TALLY_COMMIT_ENDS, us);
	all.n_rows += n;
	add(all.rows, tally_commit_rows, TALLY_ROWS_ENDS, (int64_t)n);
}

void
tally_no_commit(void)
{
	all.no_commits++;
}

void
tally_notice(int outcome)
{
	word(all.notices, outcome);
}
