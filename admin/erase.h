#ifndef ADMIN_ERASE_H
#define ADMIN_ERASE_H

/* calloffer erase: takes numbers out of what is kept of calls. */
struct command;

extern const struct command erase_command;

#endif
