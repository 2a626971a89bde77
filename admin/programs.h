#ifndef ADMIN_PROGRAMS_H
#define ADMIN_PROGRAMS_H

/*
 * calloffer mint, rewrite, account, restored: what the daemons' own programs do
 * when asked.  The powers stay with them; this tool only starts them.
 */
struct command;

extern const struct command programs_account;
extern const struct command programs_mint;
extern const struct command programs_restored;
extern const struct command programs_rewrite;

#endif
