#ifndef BRIDGE_SERVICE_TALLY_H
#define BRIDGE_SERVICE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

/*
 * What has happened since the start, counted where it happens: by the loop's
 * thread alone.  bridge-client/service/figures makes a text of it.  Providers
 * by their indexes; one beyond all is nobody's.
 */
#define TALLY_PROVIDERS_MAX	8
#define TALLY_WORDS_MAX		8	/* values of a small enum */
#define TALLY_REQUEST_ENDS	11
#define TALLY_COMMIT_ENDS	13
#define TALLY_ROWS_ENDS		9

/* Upper ends of the parts of histograms; what is beyond has a part more. */
extern const int64_t tally_request_ms[TALLY_REQUEST_ENDS];
extern const int64_t tally_commit_us[TALLY_COMMIT_ENDS];
extern const int64_t tally_commit_rows[TALLY_ROWS_ENDS];

enum tally_status { TALLY_NO_ANSWER, TALLY_2XX, TALLY_4XX, TALLY_429,
    TALLY_5XX, TALLY_STATUSES };

struct tally_provider {
	uint64_t	rung[TALLY_WORDS_MAX];	/* enum provider_outcome */
	uint64_t	answered;
	uint64_t	requests[TALLY_STATUSES];
	uint64_t	took[TALLY_REQUEST_ENDS + 1], took_ms;
	uint64_t	hooks[TALLY_WORDS_MAX];	/* enum provider_verdict */
};

struct tally {
	uint64_t	acceptances[ASK_REFUSALS];
	uint64_t	again;		/* of a call that was there already */
	uint64_t	ends[ASK_ENDS];
	uint64_t	notices[TALLY_WORDS_MAX];	/* enum post_outcome */
	uint64_t	took[TALLY_COMMIT_ENDS + 1], took_us;
	uint64_t	rows[TALLY_ROWS_ENDS + 1], n_rows;
	uint64_t	no_commits;
	struct tally_provider provider[TALLY_PROVIDERS_MAX], nobody;
};

const struct tally *tally_all(void);

/* An acceptance is answered. */
void tally_acceptance(enum ask_refusal, int is_again);
void tally_ended(enum ask_end);
/* RING's outcome; and that a leg was answered. */
void tally_rung(size_t provider, int outcome);
void tally_answered(size_t provider);
/* One request, answered with this HTTP status (0: not at all). */
void tally_request(size_t provider, int64_t ms, int status);
void tally_hook(size_t provider, int verdict);
/* A commit of so many records took so long; or it came to nothing. */
void tally_commit(size_t n, int64_t us);
void tally_no_commit(void);
/* An attempt at a notice. */
void tally_notice(int outcome);

#endif
