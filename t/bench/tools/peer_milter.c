/*
 * Filters that do the least of their kind, and answer no step but the last
 * (SMFIP_NR_*): what any filter pays libmilter.
 *
 *	peer_milter accept|replace|seal|drop SOCKET
 *
 * accept: looks at the header, and lets every message pass as it is.
 * replace: receives the whole message, and gives its body back as the new one.
 * seal: and seals and signs as much as a usual token has, by bare libsodium:
 * what these cost where they are done.  drop: drops the body as it comes, and
 * lets the message pass: what memory libmilter itself takes.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <libmilter/mfapi.h>
#include <sodium.h>

#define SEALED	80	/* bytes: the terms of a token of 319 characters */
#define SIGNED	193	/* its context, and all of it but the signature */

struct session {
	unsigned char	*body;
	size_t		 len, size;
};

static int accepts, drops, seals;
static unsigned char seal_key[crypto_box_PUBLICKEYBYTES];
static unsigned char sign_key[crypto_sign_SECRETKEYBYTES];

static void
make_keys(void)
{
	unsigned char secret[crypto_box_SECRETKEYBYTES];
	unsigned char public[crypto_sign_PUBLICKEYBYTES];

	if (sodium_init() < 0)
		errx(1, "libsodium does not start");
	crypto_box_keypair(seal_key, secret);
	crypto_sign_keypair(public, sign_key);
}

static void
seal_and_sign(void)
{
	static const unsigned char plain[SIGNED];
	unsigned char sealed[SEALED + crypto_box_SEALBYTES];
	unsigned char signature[crypto_sign_BYTES];

	if (crypto_box_seal(sealed, plain, SEALED, seal_key) != 0 ||
	    crypto_sign_detached(signature, NULL, plain, SIGNED, sign_key)
	    != 0)
		errx(1, "libsodium fails");
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx;
	(void)f0;
	(void)f2;
	(void)f3;
	*pf0 = accepts ? 0 : SMFIF_CHGBODY;
	*pf1 = f1 & (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NODATA |
	    SMFIP_NOUNKNOWN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR |
	    SMFIP_HDR_LEADSPC | (accepts ? SMFIP_NOBODY :
	    SMFIP_NR_EOH | SMFIP_NR_BODY));
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	struct session *s = smfi_getpriv(ctx);

	(void)argv;
	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		if (s == NULL)
			err(1, NULL);
		smfi_setpriv(ctx, s);
	}
	s->len = 0;
	return SMFIS_NOREPLY;
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return accepts ? SMFIS_ACCEPT : SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *p, size_t len)
{
	struct session *s = smfi_getpriv(ctx);
	size_t size = s->size;

	if (drops)
		return SMFIS_NOREPLY;
	while (size - s->len < len)
		size = size > 0 ? 2 * size : 4096;
	if (size > s->size) {
		s->body = realloc(s->body, size);
		if (s->body == NULL)
			err(1, NULL);
		s->size = size;
	}
	memcpy(s->body + s->len, p, len);
	s->len += len;
	return SMFIS_NOREPLY;
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (seals)
		seal_and_sign();
	if (!drops)
		smfi_replacebody(ctx, s->body, (int)s->len);
	return SMFIS_ACCEPT;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		free(s->body);
	free(s);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static const struct smfiDesc accepting = {
	.xxfi_name = (char[]){ "accept" },
	.xxfi_version = SMFI_VERSION,
	.xxfi_envfrom = on_rcpt,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eoh = on_eoh,
	.xxfi_negotiate = on_negotiate,
};

static const struct smfiDesc replacing = {
	.xxfi_name = (char[]){ "replace" },
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_CHGBODY,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eoh = on_eoh,
	.xxfi_body = on_body,
	.xxfi_eom = on_eom,
	.xxfi_close = on_close,
	.xxfi_negotiate = on_negotiate,
};

int
main(int argc, char **argv)
{
	const char *mode = argc == 3 ? argv[1] : "";

	accepts = strcmp(mode, "accept") == 0;
	drops = strcmp(mode, "drop") == 0;
	seals = strcmp(mode, "seal") == 0;
	if (!accepts && !drops && !seals && strcmp(mode, "replace") != 0)
		errx(64, "usage: peer_milter accept|replace|seal|drop SOCKET");
	make_keys();
	if (smfi_register(accepts ? accepting : replacing) != MI_SUCCESS ||
	    smfi_setconn(argv[2]) != MI_SUCCESS)
		errx(1, "libmilter does not start");
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
