#ifndef ADMIN_ACCOUNT_H
#define ADMIN_ACCOUNT_H

/*
 * calloffer account: what accounts are; and how somebody leaves the means by
 * which one pays.
 */
extern const struct command account_command;

#endif
