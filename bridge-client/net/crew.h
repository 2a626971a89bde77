#ifndef BRIDGE_NET_CREW_H
#define BRIDGE_NET_CREW_H

struct loop;

/*
 * Threads for what only computes: verifying, opening, reading numbers.  All
 * else is done on the loop, which they never touch.
 *
 * A job is embedded in its owner's struct.  `work' runs in one of the threads
 * and uses nothing but its own struct and what does not change; then `done' is
 * called on the loop, and may free it.  Each job is done exactly once, in no
 * order.
 */
struct crew;

struct crew_job {
	struct crew_job	*next;
	void		(*work)(struct crew_job *);
	void		(*done)(struct crew_job *);
};

#define CREW_MAX 16

/*
 * After the jail, under which the threads are then.  `n` threads, 1..CREW_MAX.
 * NULL: there are none to be had, or no memory.
 */
struct crew *crew_new(struct loop *, unsigned n);
/* Half the processors, at least one: there are other programs, too. */
unsigned crew_usual(void);

void crew_give(struct crew *, struct crew_job *);

/*
 * Returns when all that was given is done: before what the jobs use is
 * replaced.
 */
void crew_settle(struct crew *);
void crew_free(struct crew *);		/* settles first; NULL is fine */

#endif
