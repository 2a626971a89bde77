#ifndef LIB_KEY_H
#define LIB_KEY_H

#include <stddef.h>
#include <stdint.h>

struct secret;

/*
 * Key files.  Text, one line, no more:
 *
 *	calloffer-KIND-1 BASE64URL
 *
 * KIND is one of the names below, BASE64URL 32 bytes without padding.  Secret
 * kinds are refused unless only their owner may read them (secret_read()).
 *
 *	sign	Ed25519 seed			milter only
 *	verify	Ed25519 public key		acceptd, bridge
 *	unseal	X25519 secret key		bridge only
 *	seal	X25519 public key		milter
 *	mac	key of nonces and page addresses	bridge only
 *	day	key of a day's private records	bridge only, which makes it
 */
enum key_kind {
	KEY_SIGN, KEY_VERIFY, KEY_UNSEAL, KEY_SEAL, KEY_MAC, KEY_DAY
};

#define KEY_BYTES 32
#define KEY_ID_BYTES 4		/* BLAKE2b-256 of the public key, first bytes */
#define KEY_ID_HEX (2 * KEY_ID_BYTES + 1)

struct key {
	enum key_kind	 kind;
	unsigned char	 id[KEY_ID_BYTES];	/* public kinds only, else 0 */
	unsigned char	 public[KEY_BYTES];	/* public kinds only, else 0 */
	struct secret	*secret;	/* secret kinds only, else NULL */
};

/* 0, or -1 and a sentence in `why`.  key_wipe() when done. */
int key_load(struct key *, enum key_kind, const char *path, char *why,
    size_t size) __attribute__((warn_unused_result));
void key_wipe(struct key *);

void key_id(unsigned char id[KEY_ID_BYTES],
    const unsigned char public[KEY_BYTES]);
void key_id_hex(const unsigned char id[KEY_ID_BYTES], char dst[KEY_ID_HEX]);

/*
 * Writes a key file that did not exist: mode 0400 for secret kinds, 0444 for
 * public ones, complete and synced or not there.  0, or -1 and a sentence.
 */
int key_save(enum key_kind, const unsigned char bytes[KEY_BYTES],
    const char *path, char *why, size_t size)
    __attribute__((warn_unused_result));

/* The public keys that are live: searched by id. */
#define KEY_RING_MAX 64
struct key_ring {
	size_t		n;
	struct key	keys[KEY_RING_MAX];	/* all of one public kind */
};
/* Adds a file to the ring; a second key of the same id is refused. */
int key_ring_add(struct key_ring *, enum key_kind, const char *path, char *why,
    size_t size) __attribute__((warn_unused_result));
const struct key *key_ring_find(const struct key_ring *,
    const unsigned char id[KEY_ID_BYTES]);

#endif
