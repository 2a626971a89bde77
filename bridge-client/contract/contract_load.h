#ifndef BRIDGE_CONTRACT_LOAD_H
#define BRIDGE_CONTRACT_LOAD_H

#include <stddef.h>

struct contract;

/*
 * The whole contract: the configuration file, key files, password files and
 * deny lists that it names, all held against each other.  NULL, and `why` is
 * one line "FILE:LINE: what is wrong".
 *
 * CONTRACT_START reads the secrets too (the MAC key, passwords; that the
 * unsealing keys can be read is checked): as who we are, or else, being root,
 * as the configured user.  CONTRACT_RELOAD leaves them NULL: after the jail
 * has closed they may well be out of reach, and who holds them keeps them.
 */
enum contract_when { CONTRACT_START, CONTRACT_RELOAD };

struct contract *contract_load_file(const char *path, enum contract_when,
    char *why, size_t size);

/*
 * Runs `load` as who we are; and if it says -1 and we are root, as the user
 * that we shall become: some sites give key files to root and have the program
 * change its user, others give them to that user.  What `load` says.
 */
int contract_load_as_user(const struct contract *, int (*load)(void *ctx),
    void *ctx) __attribute__((warn_unused_result));

#endif
