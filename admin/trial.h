#ifndef ADMIN_TRIAL_H
#define ADMIN_TRIAL_H

/* calloffer test-call: rings two numbers and joins them, without any mail. */
struct command;

extern const struct command trial_command;

#endif
