#ifndef BRIDGE_CONTRACT_CHANGE_H
#define BRIDGE_CONTRACT_CHANGE_H

struct contract;

/*
 * What differs between the two that only a restart can change (providers,
 * payers, sockets, journal, secrets' files, user, the first spend_per_offer of
 * an account): its name in the file, or NULL.  `was` is what holds, not what it
 * was started with.
 */
const char *contract_change_needs_restart(const struct contract *was,
    const struct contract *now);

#endif
