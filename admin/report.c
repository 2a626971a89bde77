/*
 * One line for each thing that was looked at.
 */

#include <stdio.h>

#include "admin/text.h"

#include "admin/report.h"

#define PART	10	/* columns of the part */
#define WHAT	58	/* columns of what was looked at */

void
report_good(struct report *r, const char *part, const char *what)
{
	r->n_good++;
	if (r->is_quiet)
		return;
	printf("%-*s%-*s  ", PART, part, WHAT, what);
	text_say(TEXT_GOOD, "ok");
	printf("\n");
	fflush(stdout);
}

void
report_bad(struct report *r, const char *part, const char *what,
    const char *why, const char *mend)
{
	r->n_bad++;
	printf("%-*s%-*s  ", PART, part, WHAT, what);
	text_say(TEXT_BAD, "WRONG");
	printf("\n");
	text_wrap(PART, why);
	if (mend != NULL)
		text_wrap(PART, mend);
	fflush(stdout);
}

void
report_left_out(const struct report *r, const char *part, const char *why)
{
	if (r->is_quiet)
		return;
	printf("%-*s", PART, part);
	text_say(TEXT_FAINT, "%s", why);
	printf("\n");
}
