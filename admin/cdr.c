/*
 * The record of a call for programs.
 */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/token.h"

#include "admin/cdr.h"

#define LINE_MAX_BYTES	8192

static int64_t
talk_s(const struct ask_call *call)
{
	return call->talk_at != 0 && call->ended_at > call->talk_at ?
	    call->ended_at - call->talk_at : 0;
}

static void
json_str_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	json_put_str(out, value);
}

/* A time is Unix seconds, or null where it has not come. */
static void
json_time(struct buf *out, const char *name, int64_t at)
{
	if (at == 0)
		buf_printf(out, ",\"%s\":null", name);
	else
		buf_printf(out, ",\"%s\":%lld", name, (long long)at);
}

int
cdr_put_json(const struct ask_call *call)
{
	char id[TOKEN_UUID_SIZE];
	struct buf out;
	int rv;

	buf_init(&out, LINE_MAX_BYTES);
	token_uuid_text(call->call, id);
	buf_printf(&out, "{\"call\":\"%s\"", id);
	token_uuid_text(call->offer, id);
	json_str_member(&out, "offer", id);
	json_str_member(&out, "stage", ask_stage_word(call->stage));
	json_str_member(&out, "end", call->end == ASK_END_NONE ? "" :
	    ask_end_word(call->end));
	json_time(&out, "accepted_at", call->accepted_at);
	json_time(&out, "key_at", call->key_at);
	json_time(&out, "talk_at", call->talk_at);
	json_time(&out, "ended_at", call->ended_at);
	buf_printf(&out, ",\"talk_s\":%lld", (long long)talk_s(call));
	json_str_member(&out, "account", call->account);
	json_str_member(&out, "offeror", call->offeror);
	json_str_member(&out, "a", call->a);
	json_str_member(&out, "b", call->b);
	json_str_member(&out, "provider", call->provider);
	json_str_member(&out, "detail", call->detail);
	json_str_member(&out, "price_a", call->price_a);
	json_str_member(&out, "price_b", call->price_b);
	buf_str(&out, "}");
	rv = buf_ok(&out) ? 0 : -1;
	if (rv == 0)
		puts(buf_cstr(&out));
	buf_free(&out);
	return rv;
}

/* CSV. */

/* A spreadsheet takes what begins so for a formula. */
static int
is_formula(const char *s)
{
	return strchr("=@-\t\r", s[0]) != NULL && s[0] != '\0';
}

static void
csv_str(struct buf *out, const char *s)
{
	buf_str(out, is_formula(s) ? ",\"'" : ",\"");
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_u8(out, '"');
		buf_u8(out, (unsigned char)*s < ' ' ? ' ' : (uint8_t)*s);
	}
	buf_u8(out, '"');
}

static void
csv_time(struct buf *out, int64_t at)
{
	char iso[CLOCK_ISO_SIZE] = "";

	if (at != 0)
		clock_iso(at, iso);
	buf_printf(out, ",%s", iso);
}

void
cdr_put_csv_head(void)
{
	puts("call,offer,stage,end,accepted_at,key_at,talk_at,ended_at,talk_s,"
	    "account,offeror,a,b,provider,detail,price_a,price_b");
}

int
cdr_put_csv(const struct ask_call *call)
{
	char id[TOKEN_UUID_SIZE];
	struct buf out;
	int rv;

	buf_init(&out, LINE_MAX_BYTES);
	token_uuid_text(call->call, id);
	buf_str(&out, id);
	token_uuid_text(call->offer, id);
	buf_printf(&out, ",%s,%s,%s", id, ask_stage_word(call->stage),
	    call->end == ASK_END_NONE ? "" : ask_end_word(call->end));
	csv_time(&out, call->accepted_at);
	csv_time(&out, call->key_at);
	csv_time(&out, call->talk_at);
	csv_time(&out, call->ended_at);
	buf_printf(&out, ",%lld", (long long)talk_s(call));
	csv_str(&out, call->account);
	csv_str(&out, call->offeror);
	csv_str(&out, call->a);
	csv_str(&out, call->b);
	csv_str(&out, call->provider);
	csv_str(&out, call->detail);
	csv_str(&out, call->price_a);
	csv_str(&out, call->price_b);
	rv = buf_ok(&out) ? 0 : -1;
	if (rv == 0)
		puts(buf_cstr(&out));
	buf_free(&out);
	return rv;
}
