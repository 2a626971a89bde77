#ifndef ADMIN_RATES_H
#define ADMIN_RATES_H

/* The subcommand that checks a file of rates and says what a call costs. */
struct command;

extern const struct command rates_command;

#endif
