#ifndef ADMIN_CHECK_H
#define ADMIN_CHECK_H

/* calloffer check: whether the parts of an installation fit together. */
struct command;

extern const struct command check_command;

#endif
