/*
 * What an acceptance costs at the least: libsodium verifying a signature and
 * opening a sealed box of the lengths that the bench's tokens have; the keyed
 * hashes of the form's nonce, of the number and of the call's address, and the
 * sealing of what the record says of people; and libphonenumber's answers to
 * what must be known of a number.  CPU microseconds of each, of one thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "bridge-client/guard/phone.h"

#define TIMES	2000
#define SIGNED	177	/* bytes: a token of tools/offers, its context */
#define SEALED	64	/* of them sealed, without what sealing adds */
#define HASHED	50	/* context and ids */
#define HASHES	3
#define PRIVATE	56	/* both numbers and the recipient */

static unsigned char pk[32], sk[64], seal_pk[32], seal_sk[32];
static unsigned char message[SIGNED], sig[64];
static unsigned char plain[SEALED], sealed[SEALED + crypto_box_SEALBYTES];

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
verify(int i)
{
	(void)i;
	return crypto_sign_verify_detached(sig, message, sizeof(message), pk);
}

static int
unseal(int i)
{
	(void)i;
	return crypto_box_seal_open(plain, sealed, sizeof(sealed), seal_pk,
	    seal_sk);
}

static int
hash(int i)
{
	unsigned char tag[16], kept[PRIVATE + 16];
	unsigned long long len;
	int bad = 0, k;

	for (k = 0; k < HASHES; k++)
		bad |= crypto_generichash(tag, sizeof(tag), message, HASHED,
		    seal_sk, sizeof(seal_sk));
	memcpy(message, &i, sizeof(i));
	return bad | crypto_aead_xchacha20poly1305_ietf_encrypt(kept, &len,
	    message, PRIVATE, NULL, 0, NULL, message, seal_sk);
}

static int
number(int i)
{
	struct phone p;
	char text[32];

	snprintf(text, sizeof(text), "+447400%06d", i * 37 % 1000000);
	return phone_read(&p, text, "GB");
}

static double
measure(int (*fn)(int))
{
	double start;
	int i;

	if (fn(0) != 0)
		abort();
	start = cpu_us();
	for (i = 0; i < TIMES; i++)
		if (fn(i) != 0)
			abort();
	return (cpu_us() - start) / TIMES;
}

int
main(void)
{
	if (sodium_init() < 0 || phone_init() != 0)
		return 1;
	crypto_sign_keypair(pk, sk);
	crypto_box_keypair(seal_pk, seal_sk);
	randombytes_buf(message, sizeof(message));
	crypto_sign_detached(sig, NULL, message, sizeof(message), sk);
	crypto_box_seal(sealed, plain, sizeof(plain), seal_pk);
	printf("verify=%.2f ", measure(verify));
	/* from here on the message is another one */
	printf("unseal=%.2f ", measure(unseal));
	printf("hash=%.2f ", measure(hash));
	printf("number=%.2f\n", measure(number));
	return 0;
}
