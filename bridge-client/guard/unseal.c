/*
 * Opening the sealed part of a token.  No other room of any program calls
 * these primitives: a test reads it from the linked programs.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/key.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/guard/unseal.h"

struct unseal_key {
	unsigned char	 id[KEY_ID_BYTES];
	unsigned char	 public[crypto_box_PUBLICKEYBYTES];
	struct secret	*secret;
};

struct unseal {
	size_t			n;
	struct unseal_key	keys[UNSEAL_KEYS_MAX];
};

struct unseal *
unseal_new(void)
{
	return calloc(1, sizeof(struct unseal));
}

void
unseal_free(struct unseal *u)
{
	size_t i;

	if (u == NULL)
		return;
	for (i = 0; i < u->n; i++)
		secret_free(u->keys[i].secret);
	free(u);
}

static const struct unseal_key *
find(const struct unseal *u, const unsigned char id[KEY_ID_BYTES])
{
	size_t i;

	for (i = 0; i < u->n; i++)
		if (memcmp(u->keys[i].id, id, KEY_ID_BYTES) == 0)
			return &u->keys[i];
	return NULL;
}

int
unseal_add(struct unseal *u, const char *path, char *why, size_t size)
{
	struct unseal_key *slot;
	struct key k;

	if (u->n == UNSEAL_KEYS_MAX) {
		snprintf(why, size, "%s: more than %d unsealing keys", path,
		    UNSEAL_KEYS_MAX);
		return -1;
	}
	if (key_load(&k, KEY_UNSEAL, path, why, size) != 0)
		return -1;
	slot = &u->keys[u->n];
	crypto_scalarmult_base(slot->public, secret_bytes(k.secret));
	key_id(slot->id, slot->public);
	if (find(u, slot->id) != NULL) {
		key_wipe(&k);
		snprintf(why, size, "%s: this key is there already", path);
		return -1;
	}
	slot->secret = k.secret;	/* now the slot's */
	u->n++;
	return 0;
}

const unsigned char *
unseal_id(const struct unseal *u, size_t i)
{
	return i < u->n ? u->keys[i].id : NULL;
}

enum unseal_result
unseal_open(const struct unseal *u, const struct token *t, struct terms *out)
{
	unsigned char plain[TOKEN_SEALED_MAX];
	const struct unseal_key *k = find(u, t->seal_id);
	enum unseal_result r = UNSEAL_BROKEN;

	memset(out, 0, sizeof(*out));
	if (k == NULL)
		return UNSEAL_KEY_UNKNOWN;
	if (t->sealed_len <= sizeof(t->sealed) &&
	    crypto_box_seal_open(plain, t->sealed, t->sealed_len, k->public,
	    secret_bytes(k->secret)) == 0 && terms_unpack(out, plain,
	    t->sealed_len - crypto_box_SEALBYTES) == 0)
		r = UNSEAL_GOOD;
	sodium_memzero(plain, sizeof(plain));
	return r;
}
