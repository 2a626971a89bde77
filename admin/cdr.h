#ifndef ADMIN_CDR_H
#define ADMIN_CDR_H

struct ask_call;

/*
 * The record of a call for programs, one line to standard output.  Numbers are
 * shortened.  0, or -1: out of memory.
 */

/* An object; times are Unix seconds, or null where they have not come. */
int cdr_put_json(const struct ask_call *);
/* RFC 4180 but for the end of lines; times are in UTC (ISO 8601), or empty. */
int cdr_put_csv(const struct ask_call *);
void cdr_put_csv_head(void);

#endif
