#ifndef ACCEPTD_REAPER_H
#define ACCEPTD_REAPER_H

#include <sys/queue.h>

#include <stdint.h>

struct loop;

/*
 * Deadlines by class: every entry is in one class or none, all entries of a
 * class have the same time, so each class is a queue and every step is O(1).
 */
#define REAPER_CLASSES 4

struct reaper_entry {
	struct reaper_queue		*queue;		/* NULL: in none */
	int64_t				 due_ms;
	TAILQ_ENTRY(reaper_entry)	 at;
};

typedef void reaper_fn(void *ctx, struct reaper_entry *);

struct reaper;
/* `times_ms` of each class.  `fn` is told of an entry that was due; it is in
 * no class any more. */
struct reaper *reaper_new(struct loop *,
    const int64_t times_ms[REAPER_CLASSES], reaper_fn *, void *ctx);
/* Entries stay whose they are; they must not be used with it any more. */
void reaper_free(struct reaper *);

/* From now on, in this class and no other. */
void reaper_put(struct reaper *, struct reaper_entry *, unsigned class);
void reaper_remove(struct reaper_entry *);

#endif
