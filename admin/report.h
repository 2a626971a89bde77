#ifndef ADMIN_REPORT_H
#define ADMIN_REPORT_H

/*
 * One line for each thing that was looked at; below it, where something is
 * wrong, what that is and how to mend it.
 */
struct report {
	unsigned	n_good, n_bad;
	int		is_quiet;	/* only what is wrong is told */
};

void report_good(struct report *, const char *part, const char *what);
/* `mend` may be NULL: then `why` says it all. */
void report_bad(struct report *, const char *part, const char *what,
    const char *why, const char *mend);
/* What was left out, and why: neither good nor bad. */
void report_left_out(const struct report *, const char *part, const char *why);

#endif
