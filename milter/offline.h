#ifndef MILTER_OFFLINE_H
#define MILTER_OFFLINE_H

struct site;

/*
 * What the milter does, without a mail server: the very same code, on standard
 * input and output.  `argv` begins with the mode's own options.  The exit
 * status.
 */

/* [-r recipient] [-m message-id] offeror [value]: prints the link. */
int offline_mint(struct site *, int argc, char **argv);

/*
 * [-u login] [-f sender] [-r recipient] ...: a message from standard input to
 * standard output, as it would leave the mail server.  Without -u as from a
 * trusted network.  EX_NOPERM, with the SMTP reply, where it is refused.
 */
int offline_rewrite(struct site *, int argc, char **argv);

#endif
