/*
 * <Gather> asks its action when a key was pressed, and else goes on to what
 * follows it: so the end of the prompts is a <Redirect> of ours.  Both are
 * answered with a document that waits for keys.
 */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/twiml.h"

#define DOCUMENT "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>"
#define DOCUMENT_END "</Response>"

/* A <Gather> of one key for the leg, as far as what is spoken within. */
static void
put_gather(struct buf *b, const char *hook_url, const char *leg, int wait_s)
{
	buf_printf(b, "<Gather input=\"dtmf\" numDigits=\"1\" finishOnKey=\"\" "
	    "timeout=\"%d\" method=\"POST\" action=\"%s/%s/key\">", wait_s,
	    hook_url, leg);
}

void
twiml_put_waiting(struct buf *b, const char *hook_url, const char *leg)
{
	buf_str(b, DOCUMENT);
	put_gather(b, hook_url, leg, 3600);
	buf_str(b, "</Gather>" DOCUMENT_END);
}

/* Text, of which XML allows all that may stand in a name. */
static void
put_said(struct buf *b, const struct provider_intent *in, const char *text)
{
	const char *tongue = provider_tongue(in);

	if (*text == '\0')
		return;
	/* the voice without a name speaks no Arabic */
	buf_printf(b, "<Say%s language=\"%s\">", strcmp(tongue, "arb") == 0 ?
	    " voice=\"Polly.Zeina\"" : "", tongue);
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			buf_str(b, "&amp;");
			break;
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		default:
			buf_u8(b, (uint8_t)*text);
		}
	buf_str(b, "</Say>");
}

int
twiml_put_prompts(struct buf *b, const struct provider_conf *c,
    const struct provider_intent *in)
{
	char leg[PROVIDER_LEG_SIZE], name[PROVIDER_WORD_SIZE];
	int i, n = provider_n_prompts(in);

	if (n <= 0)
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	buf_str(b, DOCUMENT);
	put_gather(b, c->hook_url, leg, 1);
	for (i = 0; i < n && provider_prompt(in, i, name) == 0; i++) {
		buf_printf(b, "<Play>%s/%s/%s.wav</Play>", c->prompts,
		    in->lang, name);
		put_said(b, in, provider_behind(in, name));
	}
	buf_printf(b, "</Gather><Redirect method=\"POST\">%s/%s/spoken/%s"
	    "</Redirect>" DOCUMENT_END, c->hook_url, leg, name);
	return 0;
}

void
twiml_room(const struct provider_intent *in, char *dst, size_t size)
{
	char id[PROVIDER_ID_SIZE];

	provider_put_id(in->call, id);
	snprintf(dst, size, "co-%s", id);
}

void
twiml_put_conference(struct buf *b, const struct provider_intent *in,
    int limit_s, const char *leg)
{
	char room[PROVIDER_LEG_SIZE];

	twiml_room(in, room, sizeof(room));
	buf_str(b, DOCUMENT "<Dial");
	if (limit_s > 0)
		buf_printf(b, " timeLimit=\"%d\"", limit_s);
	buf_str(b, "><Conference beep=\"false\" "
	    "startConferenceOnEnter=\"true\" endConferenceOnExit=\"true\" "
	    "maxParticipants=\"2\" waitUrl=\"\"");
	if (leg != NULL)
		buf_printf(b, " participantLabel=\"%s\"", leg);
	buf_printf(b, ">%s</Conference></Dial>" DOCUMENT_END, room);
}
