#ifndef BRIDGE_CALL_BATCH_H
#define BRIDGE_CALL_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"

/*
 * What one turn has gathered for the journal: revocations, acceptances, and
 * calls that have changed.  It becomes durable in one commit, or not at all.
 */
struct batch_accept {
	struct batch_accept	*next;
	struct call		*c;		/* as it begins; not owned */
	void			*fn_ctx;	/* the caller's */
	void			(*fn)(void *, const struct acceptance *,
				    enum ask_refusal, int is_new);
	void			*owner;		/* of the call */
	enum ask_refusal	 refusal;	/* set before: not even tried */
	int			 is_tried;
	int			 is_new;	/* it has made the call */
};

struct batch_revoke {
	struct batch_revoke	*next;
	struct journal_revocation what;		/* points into what follows */
	unsigned char		 id[JOURNAL_ID_BYTES];
	char			 sender[TERMS_ADDRESS_MAX + 1];
	int			 is_hangup;
	void			*fn_ctx;
	void			(*fn)(void *, enum ask_refusal, uint32_t n);
	enum ask_refusal	 refusal;
};

struct batch {
	struct journal		*journal;	/* borrowed */
	int64_t			 retry_ms;	/* it failed: not before */
	struct batch_revoke	*revokes;
	struct batch_accept	*accepts;	/* in the order of arrival */
	struct batch_accept	**last;		/* of accepts */
	struct call		**dirty;	/* owned */
	size_t			 n_dirty;
	size_t			 size;
};

void batch_init(struct batch *, struct journal *);
/* Copies; NULL: no memory. */
struct batch_accept *batch_accept(struct batch *, struct call *);
struct batch_revoke *batch_revoke(struct batch *,
    const struct journal_revocation *);
/* Room for so many changed calls.  0, or -1. */
int batch_reserve(struct batch *, size_t n) __attribute__((warn_unused_result));
/* A changed call; there is room. */
void batch_dirty(struct batch *, struct call *);

/*
 * Writes it.  The verdicts are set then, and the calls are clean.  Where the
 * journal is full or broken, acceptances and revocations have not happened
 * (ASK_STORE_FULL), and changed calls stay dirty unless they alone could be
 * written; for a second it is not tried again.  Where the clock has gone back,
 * acceptances are ASK_STOPPED.
 */
void batch_write(struct batch *);
/* 0: it is more than a minute behind the journal's highest time. */
int batch_is_clock_right(const struct batch *);
/* Is the acceptance of an offer that this revokes? */
int batch_is_revoked(const struct batch_revoke *, const struct acceptance *);
/* The journal is good, its clock right, how full it is. */
void batch_health(const struct batch *, struct ask_health *out);
/* Forgets what is past keeping (see journal.h). */
void batch_sweep(struct batch *, const struct journal_keep *, size_t budget);

/* Moves acceptances and revocations to `*done`, to be freed there. */
void batch_take(struct batch *, struct batch *done);

/* Not what the acceptances point to. */
void batch_free(struct batch *);

#endif
