/*
 * <Gather> asks its URL when a key was pressed, and else a while after the last
 * of what is spoken within: so the end of the prompts is a Gather without any
 * key.  Both are answered with a document that waits for keys.
 */

#include <string.h>

#include "lib/buf.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/bxml.h"

#define WAIT_S	60	/* the longest that Bandwidth waits for a key */

void
bxml_put_password(const struct provider_conf *c, const char *leg,
    char dst[BXML_PASSWORD_SIZE])
{
	unsigned char mac[SIGN_SHA256_BYTES];
	struct buf b;

	sign_hmac_sha256(c->hook_secret, leg, strlen(leg), mac);
	buf_over(&b, dst, BXML_PASSWORD_SIZE);
	buf_base64(&b, mac, sizeof(mac));
	(void)buf_cstr(&b);
}

static void
put_root(struct buf *b, const char *root)
{
	buf_printf(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><%s>", root);
}

/* A <Gather> of one key for the leg, as far as what is spoken within. */
static void
put_gather(struct buf *b, const struct provider_conf *c, const char *leg,
    const char *what, int wait_s)
{
	char password[BXML_PASSWORD_SIZE];

	bxml_put_password(c, leg, password);
	buf_printf(b, "<Gather gatherUrl=\"%s/%s/%s\" gatherMethod=\"POST\" "
	    "username=\"%s\" password=\"%s\" maxDigits=\"1\" "
	    "firstDigitTimeout=\"%d\">", c->hook_url, leg, what, leg, password,
	    wait_s);
}

void
bxml_put_waiting(struct buf *b, const struct provider_conf *c, const char *leg,
    const char *root)
{
	put_root(b, root);
	put_gather(b, c, leg, "key", WAIT_S);
	buf_printf(b, "</Gather></%s>", root);
}

int
bxml_put_prompts(struct buf *b, const struct provider_conf *c,
    const struct provider_intent *in)
{
	char leg[PROVIDER_LEG_SIZE], name[PROVIDER_WORD_SIZE];
	char what[PROVIDER_WORD_SIZE + 16];
	int i, n = provider_n_prompts(in);
	struct buf path;

	if (n <= 0 || provider_prompt(in, n - 1, name) < 0)
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	buf_over(&path, what, sizeof(what));
	buf_printf(&path, "spoken/%s", name);
	put_root(b, BXML_SENT);
	if (in->digits != NULL && in->digits[0] != '\0')
		buf_printf(b, "<SendDtmf>W%s</SendDtmf>", in->digits);
	put_gather(b, c, leg, buf_cstr(&path), 1);
	for (i = 0; i < n && provider_prompt(in, i, name) == 0; i++)
		buf_printf(b, "<PlayAudio>%s/%s/%s.wav</PlayAudio>",
		    c->prompts, in->lang, name);
	buf_str(b, "</Gather></" BXML_SENT ">");
	return 0;
}

void
bxml_put_bridge(struct buf *b, const char *ref)
{
	put_root(b, BXML_SENT);
	buf_printf(b, "<Bridge>%s</Bridge></" BXML_SENT ">", ref);
}
