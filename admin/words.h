#ifndef ADMIN_WORDS_H
#define ADMIN_WORDS_H

#include "lib/ask.h"

/*
 * What the bridge's answers mean, as a person would say it.
 */

/* A sentence: what is wrong, and where it can be, how to mend it. */
const char *words_refusal(enum ask_refusal);

/* "talked 2:31 min", "ringing the offeree for 12 s": where the call stands
 * at the wall time `now`. */
#define WORDS_STATE_SIZE 96
void words_state(const struct ask_call *, int64_t now,
    char dst[WORDS_STATE_SIZE]);

#endif
