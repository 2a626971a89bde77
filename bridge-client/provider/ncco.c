/*
 * An input action tells its URL of a key, or after its time that there was
 * none: so the end of the prompts is the input that follows them, which they
 * give way to when a key is pressed.
 */

#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"

#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/ncco.h"

#define WAIT_S	10	/* the longest that Vonage waits for a key */

static void
put_input(struct buf *b, const char *hook_url, const char *what, int wait_s)
{
	struct buf url;

	buf_init(&url, 1024);
	buf_printf(&url, "%s/%s", hook_url, what);
	buf_printf(b, "{\"action\":\"input\",\"type\":[\"dtmf\"],\"dtmf\":"
	    "{\"maxDigits\":1,\"timeOut\":%d,\"submitOnHash\":false},"
	    "\"eventUrl\":[", wait_s);
	json_put_str(b, buf_cstr(&url));
	buf_str(b, "],\"eventMethod\":\"POST\"}");
	if (!buf_ok(&url))
		b->is_bad = 1;
	buf_free(&url);
}

void
ncco_put_waiting(struct buf *b, const char *hook_url, const char *leg)
{
	char what[PROVIDER_LEG_SIZE + 8];
	struct buf path;

	buf_over(&path, what, sizeof(what));
	buf_printf(&path, "%s/key", leg);
	buf_u8(b, '[');
	put_input(b, hook_url, buf_cstr(&path), WAIT_S);
	buf_u8(b, ']');
}

static void
put_stream(struct buf *b, const struct provider_conf *c, const char *lang,
    const char *name)
{
	struct buf url;

	buf_init(&url, 1024);
	buf_printf(&url, "%s/%s/%s.wav", c->prompts, lang, name);
	buf_str(b, "{\"action\":\"stream\",\"streamUrl\":[");
	json_put_str(b, buf_cstr(&url));
	buf_str(b, "],\"bargeIn\":true},");
	if (!buf_ok(&url))
		b->is_bad = 1;
	buf_free(&url);
}

static void
put_talk(struct buf *b, const struct provider_intent *in, const char *text)
{
	const char *tongue = provider_tongue(in);

	if (*text == '\0')
		return;
	buf_str(b, "{\"action\":\"talk\",\"text\":");
	json_put_str(b, text);
	buf_printf(b, ",\"language\":\"%s\",\"bargeIn\":true},",
	    strcmp(tongue, "arb") == 0 ? "ar" : tongue);
}

int
ncco_put_prompts(struct buf *b, const struct provider_conf *c,
    const struct provider_intent *in)
{
	char leg[PROVIDER_LEG_SIZE], name[PROVIDER_WORD_SIZE];
	char what[PROVIDER_LEG_SIZE + PROVIDER_WORD_SIZE + 16];
	int i, n = provider_n_prompts(in);
	struct buf path;

	if (n <= 0)
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	buf_u8(b, '[');
	for (i = 0; i < n && provider_prompt(in, i, name) == 0; i++) {
		put_stream(b, c, in->lang, name);
		put_talk(b, in, provider_behind(in, name));
	}
	buf_over(&path, what, sizeof(what));
	buf_printf(&path, "%s/spoken/%s", leg, name);
	put_input(b, c->hook_url, buf_cstr(&path), 1);
	buf_u8(b, ']');
	return 0;
}

void
ncco_put_conversation(struct buf *b, const struct provider_intent *in)
{
	char id[PROVIDER_ID_SIZE];

	provider_put_id(in->call, id);
	buf_printf(b, "[{\"action\":\"conversation\",\"name\":\"co-%s\","
	    "\"endOnExit\":true}]", id);
}
