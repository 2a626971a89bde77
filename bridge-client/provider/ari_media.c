#include <string.h>

#include "lib/buf.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/ari_media.h"

#define MEDIA_MAX	3000
#define PATH_LEN_MAX	100

int
ari_media_is_path(const char *path)
{
	return path[0] == '/' && strchr(path, ',') == NULL &&
	    strlen(path) <= PATH_LEN_MAX;
}

static void
put_behind(struct buf *b, const struct provider_conf *c,
    const struct provider_intent *in, const char *prompt)
{
	const char *said = provider_behind(in, prompt);

	if (*said != '\0' && strcmp(prompt, PROVIDER_NAME) == 0) {
		if (c->names == NULL || !provider_is_word(said, strlen(said)))
			b->is_bad = 1;
		else
			buf_printf(b, ",sound:%s/%s", c->names, said);
		return;
	}
	for (; *said != '\0'; said++)
		if (provider_is_word(said, 1))
			buf_printf(b, ",sound:%s/%s/x-%c", c->prompts,
			    in->lang, *said);
}

int
ari_media_put(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char name[PROVIDER_WORD_SIZE];
	struct buf b;
	int i, n = provider_n_prompts(in), status = -1;

	buf_init(&b, MEDIA_MAX);
	for (i = 0; i < n && provider_prompt(in, i, name) == 0; i++) {
		buf_printf(&b, "%ssound:%s/%s/%s", i > 0 ? "," : "",
		    c->prompts, in->lang, name);
		put_behind(&b, c, in, name);
	}
	if (n > 0 && buf_ok(&b)) {
		request_query(r, "media", buf_cstr(&b));
		status = 0;
	}
	buf_free(&b);
	return status;
}
