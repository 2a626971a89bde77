#ifndef BRIDGE_CONTRACT_DATE_H
#define BRIDGE_CONTRACT_DATE_H

#include <stdint.h>

/* "2026-11-23" or "2026-11-23T06:09:33Z", as Unix seconds; 0, or -1. */
int contract_date_read(const char *, int64_t *out)
    __attribute__((warn_unused_result));

#endif
