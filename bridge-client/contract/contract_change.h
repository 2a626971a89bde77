#ifndef BRIDGE_CONTRACT_CHANGE_H
#define BRIDGE_CONTRACT_CHANGE_H

struct contract;

/*
 * What differs between the two that only a restart can change (providers,
 * payers, sockets, journal, secrets' files, user): its name in the file, or
 * NULL.
 */
const char *contract_change_needs_restart(const struct contract *was,
    const struct contract *now);

#endif
