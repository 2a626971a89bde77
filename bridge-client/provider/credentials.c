/* What proves to a provider that it is us. */

#include <string.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/provider/credentials.h"

static int
put_basic(const struct credentials *c, struct buf *b)
{
	const struct secret *s = c->password;
	struct buf plain;

	buf_init(&plain, SECRET_MAX + 1024);
	buf_printf(&plain, "%s:", c->user);
	if (s != NULL)
		buf_put(&plain, secret_bytes(s), secret_len(s));
	buf_str(b, "Authorization: Basic ");
	buf_base64(b, plain.data, plain.len);
	if (!buf_ok(&plain))
		b->is_bad = 1;
	explicit_bzero(plain.data, plain.len);
	buf_free(&plain);
	return buf_ok(b) ? 0 : -1;
}

int
credentials_put(const struct credentials *c, int is_basic, struct buf *b)
{
	if (c->user == NULL && c->password == NULL && c->token == NULL)
		return buf_ok(b) ? 0 : -1;
	if (c->token == NULL && is_basic && c->user != NULL)
		return put_basic(c, b);
	buf_str(b, "Authorization: Bearer ");
	if (c->token != NULL)
		return c->token(c->ctx, b) == 0 && buf_ok(b) ? 0 : -1;
	if (c->password != NULL)
		buf_put(b, secret_bytes(c->password),
		    secret_len(c->password));
	return buf_ok(b) ? 0 : -1;
}
