#ifndef BRIDGE_SERVICE_LEDGER_H
#define BRIDGE_SERVICE_LEDGER_H

struct frame;
struct peer;
struct service;

/*
 * What the administrator asks of the ledger: ASK_TOPUP, ASK_ACCOUNTS and
 * ASK_ENTRIES of lib/ask.h, of which at most SERVICE_LEDGER_MOST at a time.
 */
#define SERVICE_LEDGER_MOST	10000

/* 0: answered; -1: cannot be read; 1: no verb of the ledger's. */
int service_ledger_ask(const struct service *, struct peer *,
    const struct frame *);

#endif
