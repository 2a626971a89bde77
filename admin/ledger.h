#ifndef ADMIN_LEDGER_H
#define ADMIN_LEDGER_H

/* The subcommand for what accounts have paid in, and what calls have cost. */
struct command;

extern const struct command ledger_command;

#endif
