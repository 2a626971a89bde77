#ifndef BRIDGE_JOURNAL_CRC_H
#define BRIDGE_JOURNAL_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds what a disk or a careless
 * hand has changed, not what an enemy has.  Begin with `crc` 0; the result of
 * one call continues in the next.
 */
uint32_t crc_32c(uint32_t crc, const void *, size_t);

#endif
