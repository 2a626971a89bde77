/*
 * Opening the sealed part of a token.  No other room of any program calls
 * these primitives: a test reads it from the linked programs.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/key.h"
#include "lib/recent.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/guard/unseal.h"

struct unseal_key {
	unsigned char	 id[KEY_ID_BYTES];
	unsigned char	 public[crypto_box_PUBLICKEYBYTES];
	struct secret	*secret;
};

/*
 * Who opens an offer's page accepts a little later.  What is dear in opening a
 * box is the key that its two parties have in common, so that is remembered.
 * A keyed hash of the box's own public key is half its name here and half what
 * masks it: the room tells nothing without `secret`, which is in guarded
 * memory.
 */
#define MET_ROOM	65536		/* boxes: 3 MB, if there are as many */
#define MET_KEY		crypto_box_BEFORENMBYTES

struct met {
	pthread_mutex_t	 lock;
	struct recent	*keys;
	struct secret	*secret;
};

struct unseal {
	size_t			n;
	struct unseal_key	keys[UNSEAL_KEYS_MAX];
	struct met		*met;
};

static void
met_free(struct met *m)
{
	if (m == NULL)
		return;
	recent_free(m->keys);
	secret_free(m->secret);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static struct met *
met_new(void)
{
	struct met *m = calloc(1, sizeof(*m));
	unsigned char secret[crypto_generichash_KEYBYTES];

	if (m == NULL)
		return NULL;
	pthread_mutex_init(&m->lock, NULL);
	randombytes_buf(secret, sizeof(secret));
	m->secret = secret_take(secret, sizeof(secret));
	m->keys = recent_new(MET_ROOM, MET_KEY);
	if (m->secret == NULL || m->keys == NULL) {
		met_free(m);
		return NULL;
	}
	return m;
}

struct unseal *
unseal_new(void)
{
	struct unseal *u = calloc(1, sizeof(*u));

	if (u != NULL && (u->met = met_new()) == NULL) {
		free(u);
		return NULL;
	}
	return u;
}

void
unseal_free(struct unseal *u)
{
	size_t i;

	if (u == NULL)
		return;
	for (i = 0; i < u->n; i++)
		secret_free(u->keys[i].secret);
	met_free(u->met);
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

/* How a box's common key is found again. */
struct met_as {
	unsigned char	name[RECENT_NAME];
	unsigned char	mask[MET_KEY];
};

static void
met_as(struct met_as *as, const struct met *m, const struct unseal_key *k,
    const unsigned char box[crypto_box_PUBLICKEYBYTES])
{
	unsigned char text[KEY_ID_BYTES + crypto_box_PUBLICKEYBYTES];

	memcpy(text, k->id, KEY_ID_BYTES);
	memcpy(text + KEY_ID_BYTES, box, crypto_box_PUBLICKEYBYTES);
	crypto_generichash((unsigned char *)as, sizeof(*as), text,
	    sizeof(text), secret_bytes(m->secret), secret_len(m->secret));
}

static void
mask(unsigned char key[MET_KEY], const struct met_as *as)
{
	size_t i;

	for (i = 0; i < MET_KEY; i++)
		key[i] ^= as->mask[i];
}

/* The common key of a box whose public key is `box`: 0, or -1: it has none. */
static int
common_key(unsigned char key[MET_KEY], struct met *m,
    const struct unseal_key *k, const unsigned char *box)
{
	unsigned char masked[MET_KEY];
	struct met_as as;
	int found, r = 0;

	met_as(&as, m, k, box);
	pthread_mutex_lock(&m->lock);
	found = recent_find(m->keys, as.name, key);
	pthread_mutex_unlock(&m->lock);
	if (found) {
		mask(key, &as);
	} else if ((r = crypto_box_beforenm(key, box,
	    secret_bytes(k->secret))) == 0) {
		memcpy(masked, key, sizeof(masked));
		mask(masked, &as);
		pthread_mutex_lock(&m->lock);
		recent_add(m->keys, as.name, masked);
		pthread_mutex_unlock(&m->lock);
	}
	sodium_memzero(&as, sizeof(as));
	return r;
}

/* crypto_box_seal_open(), whose format this is, but for the memory. */
static int
open_box(unsigned char *plain, const struct token *t, struct met *m,
    const struct unseal_key *k)
{
	unsigned char nonce[crypto_box_NONCEBYTES], key[MET_KEY];
	const size_t head = crypto_box_PUBLICKEYBYTES;
	crypto_generichash_state h;
	int r;

	if (t->sealed_len < crypto_box_SEALBYTES ||
	    t->sealed_len > sizeof(t->sealed) ||
	    common_key(key, m, k, t->sealed) != 0)
		return -1;
	crypto_generichash_init(&h, NULL, 0, sizeof(nonce));
	crypto_generichash_update(&h, t->sealed, head);
	crypto_generichash_update(&h, k->public, sizeof(k->public));
	crypto_generichash_final(&h, nonce, sizeof(nonce));
	r = crypto_box_open_easy_afternm(plain, t->sealed + head,
	    t->sealed_len - head, nonce, key);
	sodium_memzero(key, sizeof(key));
	return r;
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
	if (open_box(plain, t, u->met, k) == 0 && terms_unpack(out, plain,
	    t->sealed_len - crypto_box_SEALBYTES) == 0)
		r = UNSEAL_GOOD;
	sodium_memzero(plain, sizeof(plain));
	return r;
}
